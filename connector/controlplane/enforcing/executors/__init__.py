"""Executors: one file for each action that is performed for a duty; `duties.executors` names them."""
