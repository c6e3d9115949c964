"""Operands that need code; plain comparisons are rows of `policies/operands.toml`."""
