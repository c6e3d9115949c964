"""The texts that people read: one catalogue for each language, and one function that looks a sentence up."""
