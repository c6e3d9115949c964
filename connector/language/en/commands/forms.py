"""English sentences about formats, forms and choices of rows: the code writes them itself."""

SENTENCES: dict[str, str] = {}
