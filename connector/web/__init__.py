"""The pages for people in a browser: templates filled from the use cases, on a listener of their own."""
