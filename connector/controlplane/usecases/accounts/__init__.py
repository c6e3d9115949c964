"""The accounts of people: those who come with a login, the roles of others, and what everybody chooses."""
