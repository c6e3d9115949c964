"""The English catalogue: a module for each chapter."""
