"""Records out of bytes and back, one file a format. Broken, huge or deep data is refused, never guessed at."""
