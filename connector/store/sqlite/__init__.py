"""The embedded store and record: SQLite with one writer thread and group commit. All SQL of the product is here."""
