"""The pages of proof: who used what, what is on record about a contract, and the audit log."""
