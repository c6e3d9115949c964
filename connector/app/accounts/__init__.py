"""The accounts of people as the settings have them: the login of the organisation, and secrets by reference."""
