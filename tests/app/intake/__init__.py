"""What a broker takes in, put together from its settings."""
