"""The own account: signing in and out with the login of the organisation, settings, and the people with their roles."""
