"""English sentences about streams: the code writes them itself."""

SENTENCES: dict[str, str] = {}
