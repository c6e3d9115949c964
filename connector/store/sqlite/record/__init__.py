"""The broker's record in SQLite, with its search."""
