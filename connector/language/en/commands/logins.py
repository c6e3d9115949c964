"""English sentences of the login of the organisation: the code writes them itself."""

SENTENCES: dict[str, str] = {}
