"""Portals of data: what each kind is asked, how its pages are read, and its rows in the form of the asset."""
