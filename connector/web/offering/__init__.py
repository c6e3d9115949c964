"""An offer that a person fills in: its steps, its answers, its terms as controls, and what a check finds."""
