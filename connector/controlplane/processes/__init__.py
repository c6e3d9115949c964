"""Negotiations and transfers move: messages arrive, the worker decides and sends."""
