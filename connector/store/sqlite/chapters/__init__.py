"""The SQL of the store, one file a chapter."""
