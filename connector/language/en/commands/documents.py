"""English sentences about documents that are handed in: the code writes them itself."""

SENTENCES: dict[str, str] = {}
