"""The board of the broker in SQLite."""
