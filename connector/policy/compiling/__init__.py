"""A policy of the model becomes closures: validate, normalise, compile."""
