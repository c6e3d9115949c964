"""The pages of what a participant keeps going: subscriptions, saved searches and needs."""
