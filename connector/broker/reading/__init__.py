"""What an entry knows for the search: the statements of a Dataset and of its offers, read once and within bounds."""
