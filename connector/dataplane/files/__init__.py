"""Files and folders below a root."""
