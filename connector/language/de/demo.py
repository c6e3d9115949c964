"""German sentences of the demonstration."""

SENTENCES: dict[str, str] = {}
