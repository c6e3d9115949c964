"""The SQL of the store, one file for each chapter."""
