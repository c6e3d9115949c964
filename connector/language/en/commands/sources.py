"""English sentences of databases, object stores and backends as sources: the code writes them itself."""

SENTENCES: dict[str, str] = {}
