"""The board of needs: what participants look for, what matches it, and who is told."""
