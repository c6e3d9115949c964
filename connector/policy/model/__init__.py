"""The ODRL information model, decisions and literals, as frozen values."""
