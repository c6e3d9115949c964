"""English texts of the command line: errors, wrong use, names of fields and help."""
