"""What the operator of a broker does and reads, for the API and the pages alike: acts, sources, quality, searches."""
