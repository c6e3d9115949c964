"""English sentences of the board: the code writes them itself."""

SENTENCES: dict[str, str] = {}
