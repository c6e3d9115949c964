"""The endpoints of the broker's board: needs, their answers and their matches."""
