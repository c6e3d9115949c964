"""The kinds of sinks, one file each."""
