"""The pages of the operator of a broker: its state, sources, moderation, quality, searches and needs."""
