"""Policies are evaluated: facts, situations, judgements, and the record of each decision."""
