"""The implementations of the store and of the broker's record: SQLite, PostgreSQL and in memory."""
