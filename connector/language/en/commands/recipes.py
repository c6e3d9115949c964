"""English sentences about recipes: the code writes them itself."""

SENTENCES: dict[str, str] = {}
