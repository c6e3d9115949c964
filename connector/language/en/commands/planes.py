"""English sentences of data planes in processes of their own: the code writes them itself."""

SENTENCES: dict[str, str] = {}
