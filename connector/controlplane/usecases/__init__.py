"""The use cases of people and programs, one file for each chapter."""
