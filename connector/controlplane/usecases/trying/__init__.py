"""Policies are tried before they are relied on: dry runs, and files of cases."""
