"""Policies and decisions in plain German and English, made from the normal form alone."""
