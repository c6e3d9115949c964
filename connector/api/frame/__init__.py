"""What every chapter of the API shares: the door, the desk and the form of errors."""
