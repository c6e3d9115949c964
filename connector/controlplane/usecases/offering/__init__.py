"""Drafts, publishes and withdraws assets, and renders their datasets."""
