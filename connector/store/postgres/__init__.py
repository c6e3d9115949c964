"""The store in PostgreSQL: the chapters of the SQLite store, with their SQL translated and their statements awaited."""
