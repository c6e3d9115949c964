"""Policies in other forms of RDF: JSON-LD of any form, and Turtle."""
