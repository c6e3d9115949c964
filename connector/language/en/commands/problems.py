"""English names of problems: those of the system itself."""

SENTENCES: dict[str, str] = {}
