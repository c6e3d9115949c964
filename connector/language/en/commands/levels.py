"""English sentences about tables of levels: the code writes them itself."""

SENTENCES: dict[str, str] = {}
