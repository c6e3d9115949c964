"""The pages on which an offer is made or changed, step by step."""
