"""English help of the commands: the code declares it."""

SENTENCES: dict[str, str] = {}
