"""English sentences of use cases and peers: the code writes them itself."""

SENTENCES: dict[str, str] = {}
