"""The audit log: salted leaves, Merkle tree, export. Pure; standard library and msgspec only."""
