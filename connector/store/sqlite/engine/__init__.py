"""Connections, migrations, reads and writes of a SQLite file."""
