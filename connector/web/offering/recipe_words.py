"""A recipe in words: what happens to its inputs, step by step, and when it is made. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.views.recipes import Recipe, RecipeStep
from connector.web.frame.wording import PageWords

_LONGEST_WORDS = 300


def describe_recipe(words: PageWords, recipe: Recipe) -> tuple[str, ...]:
    """Return the steps of a recipe, and when it is made, as sentences."""
    said = [_describe_step(words, step) for step in recipe.steps]
    return (*said, words.say(f"recipe.made-{recipe.every.value}", at=recipe.at or "00:00"))


def _describe_step(words: PageWords, step: RecipeStep) -> str:
    given: dict[str, Any] = msgspec.to_builtins(step)
    kind = str(given["do"])
    parts = [name for name in ("columns", "rename", "types", "where", "unique") if name in given]
    names: Sequence[str] = {
        "clean": [words.say(f"recipe.part-{name}") for name in parts],
        "join": [str(given.get("with", ""))],
        "group": [*given.get("by", ()), *given.get("values", ())],
        "convert": list(given.get("units", ())),
    }[kind]  # fmt: skip
    listed = ", ".join(names)[:_LONGEST_WORDS]
    return words.say(f"recipe.says-{kind}", names=listed) if listed else words.say(f"recipe.step-{kind}")
