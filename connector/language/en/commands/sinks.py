"""English sentences of sinks: the code writes them itself."""

SENTENCES: dict[str, str] = {}
