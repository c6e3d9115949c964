"""The records of a CSV in pieces, as columns of text on polars, which loads on first use if it is installed."""
