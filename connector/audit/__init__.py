"""Pure: salted leaves, the Merkle tree over them, and what an auditor is given."""
