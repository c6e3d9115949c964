"""The data of a policy: the known properties of its records, and the treatment that a decision requires."""
