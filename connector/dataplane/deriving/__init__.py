"""Products: recipes are carried out on rows of their inputs, and a result is written whole or not at all."""
