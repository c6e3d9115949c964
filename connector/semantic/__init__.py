"""Beside the wire: policies in JSON-LD of any form and in Turtle, and the code lists of DCAT-AP."""
