"""Policies, decisions and findings in plain language: phrases of the catalogue, composed from the normal form."""
