"""The Issuer Service of this participant: requests of holders, their credentials, and the status lists."""
