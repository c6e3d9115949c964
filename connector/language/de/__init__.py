"""The German catalogue: a module for each chapter."""
