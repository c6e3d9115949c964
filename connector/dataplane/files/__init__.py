"""Files and folders below a root, and nowhere else."""
