"""The embedded store and the record of the broker in SQLite; all SQL of the product is here."""
