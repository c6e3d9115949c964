"""The frame of every command: its declaration, its output, its failures and the connector that it calls."""
