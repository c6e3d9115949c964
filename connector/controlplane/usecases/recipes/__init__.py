"""Recipes of products: their inputs as they stand now, the terms that these allow, and the check before an offer."""
