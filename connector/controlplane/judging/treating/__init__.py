"""The data of a policy: what is known of its records, and the treatment that a decision requires."""
