"""Assets are drafted, published, shown in the catalogue and withdrawn."""
