"""English sentences of the data plane and the network: the code writes them itself."""

SENTENCES: dict[str, str] = {}
