"""Identity mechanisms: the signed participant list, and a static token for tests. Imports net and below."""
