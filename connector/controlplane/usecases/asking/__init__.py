"""What a consumer asks for: the offer that it chooses, and the purpose that it states."""
