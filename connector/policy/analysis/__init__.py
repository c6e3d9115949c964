"""What policies mean to one another: satisfiable, contained, overlapping, their meet and their difference."""
