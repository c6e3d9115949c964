"""Policies are asked: the facts, the situation, the judgement, and what goes on record of it."""
