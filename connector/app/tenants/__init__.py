"""Several participants in one process: the list of them, what each is asked, and how they come and go."""
