"""The role of the data-space operator: identity cards and the signed participant list."""
