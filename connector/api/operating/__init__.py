"""The API for the operator of the broker, and what participants ask about their own offers."""
