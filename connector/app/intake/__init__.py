"""What a broker takes in, put together: its crawler, and the intake of pushed self-descriptions."""
