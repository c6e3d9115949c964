"""The pages of who operates the process: its state, and the counterparties that are let in or excluded."""
