"""ODRL 2.2 usage policies: load, validate, normalise, compile, decide, explain. Pure: standard library, msgspec."""
