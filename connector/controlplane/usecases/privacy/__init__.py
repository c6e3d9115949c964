"""What who protects personal data works with: the record of processing, vetoes, late duties, and links to consents."""
