"""Records are filtered and transformed on their way out."""
