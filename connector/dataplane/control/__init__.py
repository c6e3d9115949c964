"""The stored flows with their gates, meters and tokens."""
