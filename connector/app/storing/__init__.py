"""The store of a process: opened as the settings say, and moved to another database."""
