"""The transforms of records, one file each with its function `build`."""
