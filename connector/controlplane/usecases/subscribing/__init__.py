"""Subscriptions: standing orders that get the data of an agreement again and again, unattended."""
