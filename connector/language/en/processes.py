"""English sentences about negotiations, transfers and agreements, for the counterparty and the operator."""

SENTENCES: dict[str, str] = {}
