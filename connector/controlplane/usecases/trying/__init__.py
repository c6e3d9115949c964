"""Tests policies before their use: dry runs, and files of cases."""
