"""What the management API and the pages share: the values that they work with, and Holds as people see them."""
