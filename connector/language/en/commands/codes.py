"""English sentences for the codes of errors: each error has its own."""

SENTENCES: dict[str, str] = {}
