"""English sentences of stores in PostgreSQL: the code writes them itself."""

SENTENCES: dict[str, str] = {}
