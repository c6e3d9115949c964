"""Who sees an entry: its audience is read, and each caller is told the visibility classes that it sees."""
