"""The inspection of data before it is offered: types, units, place and time, and what is wrong with it."""
