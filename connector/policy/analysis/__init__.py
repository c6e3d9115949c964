"""The comparison of policies: satisfiable, contained, overlapping, their meet and their difference."""
