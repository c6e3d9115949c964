"""Policies on the command line: read from files, filled in from templates, described in a sentence."""
