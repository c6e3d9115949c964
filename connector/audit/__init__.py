"""The audit log as pure code: salted leaves, the Merkle tree over them, and exports for auditors."""
