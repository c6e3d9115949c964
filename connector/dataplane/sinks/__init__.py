"""Where bytes go: one file for each kind."""
