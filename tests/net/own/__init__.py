"""Tests of the way to servers of the operator."""
