"""What a cell of a table of another library holds, as a value of a row."""
