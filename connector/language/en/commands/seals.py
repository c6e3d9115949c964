"""English sentences of seals and of the evidence of agreements: the code writes them itself."""

SENTENCES: dict[str, str] = {}
