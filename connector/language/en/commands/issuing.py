"""English sentences of credentials that are requested and issued: the code writes them itself."""

SENTENCES: dict[str, str] = {}
