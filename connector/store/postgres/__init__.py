"""The store in PostgreSQL, and what a broker keeps: the SQL of SQLite, translated, and its statements awaited."""
