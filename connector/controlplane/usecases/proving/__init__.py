"""What a councils and auditors ask for: usage by month, the record of an agreement, the audit log and its proofs."""
