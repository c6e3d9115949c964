"""Datenkontor: the data-space connector a city can run."""
