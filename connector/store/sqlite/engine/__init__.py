"""How SQLite is opened, migrated, read and written."""
