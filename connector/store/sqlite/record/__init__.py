"""The broker's record in SQLite."""
