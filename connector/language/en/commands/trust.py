"""English sentences of the authority of a data space, of invitations and certificates: the code writes them itself."""

SENTENCES: dict[str, str] = {}
