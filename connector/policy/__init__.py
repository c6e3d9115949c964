"""The engine for usage policies in ODRL 2.2: load, normalise, compile, decide and explain, without effects."""
