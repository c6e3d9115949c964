"""Executors: one file for each action that is performed for a duty; `duties.EXECUTORS` names them."""
