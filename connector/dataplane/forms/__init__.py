"""The forms of delivery: treated rows narrowed by what the consumer chooses, and written in one form, one file each."""
