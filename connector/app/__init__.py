"""The only composition root: settings in, a running connector or broker out. Nothing else knows concrete classes."""
