"""English help of options and arguments: the code declares it."""

SENTENCES: dict[str, str] = {}
