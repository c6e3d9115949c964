"""What every chapter of the API shares: the check of the key, the values of endpoints and the form of errors."""
