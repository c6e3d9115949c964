"""The treatment of records before they leave: the row filter, consents and transforms of one delivery."""
