"""English sentences of faults: the code writes them itself."""

SENTENCES: dict[str, str] = {}
