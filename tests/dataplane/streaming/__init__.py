"""Tests of the streams of the data plane."""
