"""The form of a recipe: inputs and steps as a person types them, and the recipe that they come to."""
