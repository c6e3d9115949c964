"""Examples that prove a finding: drafted from a cell, timed, and put to the evaluator."""
