"""Recipes: how a product is made of other data, as a value that is bounded and has no code in it.

A recipe is the address of a source (`{"kind": "recipe", …}`). It names its inputs and the steps that make its rows of
theirs: the rows of the first input go through the steps in their order.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from connector.views.assets import RowForm
from connector.views.subscriptions import SubscriptionRhythm

KIND = "recipe"
MOST_INPUTS, MOST_STEPS, MOST_NAMED = 10, 30, 200
PROTECTED = 5
"""The least size of a group with which rows about persons become statistics."""

RecipeColumn = Annotated[str, Meta(min_length=1, max_length=200)]
Names = Annotated[tuple[RecipeColumn, ...], Meta(max_length=MOST_NAMED)]
Short = Annotated[str, Meta(max_length=200)]


class RecipeInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An input: an `asset` of this participant, or the newest delivery under an `agreement` that it holds."""

    name: Annotated[str, Meta(min_length=1, max_length=50, description="RecipeColumn of the input in the steps.")]
    asset: Annotated[Short, Meta(description="Identifier of an asset of this participant.")] = ""
    agreement: Annotated[Short, Meta(description="Identifier of an agreement as consumer.")] = ""


class Clean(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="do",
    tag="clean",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """Cleans rows: texts that mean nothing become empty, types are checked, unwanted and repeated rows are left out."""

    columns: Annotated[Names, Meta(description="Columns that stay, in this order (default: all).")] = ()
    rename: Annotated[
        dict[RecipeColumn, RecipeColumn], Meta(max_length=MOST_NAMED, description="New names of columns.")
    ] = {}
    empty: Annotated[
        tuple[Short, ...], Meta(max_length=50, description="Texts that mean no value, such as `-999`.")
    ] = ()
    types: Annotated[
        dict[RecipeColumn, Literal["number", "whole", "date", "hour", "day", "month", "year", "text"]],
        Meta(
            max_length=MOST_NAMED,
            description="Types of columns. A date is written in ISO 8601; an hour, a day, a month and a year "
            "are what is left of one.",
        ),
    ] = {}
    decimal: Annotated[Literal[".", ","], Meta(description="Sign before the decimals of numbers that are read.")] = "."
    thousands: Annotated[
        Literal["", ".", ",", " ", "'"], Meta(description="Sign between groups of three digits of numbers.")
    ] = ""
    unreadable: Annotated[
        Literal["refuse", "empty", "drop"],
        Meta(description="What is done with a value that is not of its type: no result, no value, or no row."),
    ] = "refuse"
    require: Annotated[Names, Meta(description="Columns without which a row is left out.")] = ()
    where: Annotated[
        tuple[Short, ...], Meta(max_length=20, description="Conditions that rows have to fulfil, such as `count>=0`.")
    ] = ()
    unique: Annotated[
        Names | None,
        Meta(description="Columns by which a row is there once, the first of equal ones; an empty list for all."),
    ] = None


class Join(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="do",
    tag="join",
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"other": "with"},
):
    """Adds columns of another input to the rows that have the same key."""

    other: Annotated[str, Meta(description="RecipeColumn of the input with the columns that are added.")]
    on: Annotated[
        dict[RecipeColumn, RecipeColumn],
        Meta(min_length=1, max_length=10, description="Column of the rows to the column of the other input."),
    ]
    columns: Annotated[Names, Meta(description="Columns that are added (default: all but the key).")] = ()
    keep: Annotated[
        Literal["matched", "all"], Meta(description="Which rows stay: those with a match, or all of them.")
    ] = "matched"


class GroupValue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value of a group: the number of its rows, or what the numbers of a column come to."""

    take: Literal["count", "sum", "mean", "min", "max"]
    of: Annotated[Short, Meta(description="Column of numbers; not needed to count rows.")] = ""


class Grouping(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="do",
    tag="group",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """Makes one row of each group."""

    by: Annotated[Names, Meta(description="Columns that make a group; without them there is one.")] = ()
    values: Annotated[
        dict[RecipeColumn, GroupValue],
        Meta(min_length=1, max_length=50, description="Columns of the result, with what they are."),
    ]
    least: Annotated[int, Meta(ge=0, le=1_000_000, description="Groups with fewer rows are left out.")] = 0
    decimal: Annotated[Literal[".", ","], Meta(description="Sign before the decimals of numbers that are read.")] = "."


class Conversion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The units of a column, before and after."""

    given: Annotated[str, Meta(min_length=1, max_length=20, description="Unit of the values, such as `F`.")]
    wanted: Annotated[str, Meta(min_length=1, max_length=20, description="Unit of the result, such as `C`.")]


class Convert(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="do",
    tag="convert",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """Converts the numbers of columns into other units."""

    units: Annotated[
        dict[RecipeColumn, Conversion], Meta(min_length=1, max_length=50, description="Columns with their units.")
    ]
    decimal: Annotated[Literal[".", ","], Meta(description="Sign before the decimals of numbers that are read.")] = "."


RecipeStep = Clean | Join | Grouping | Convert


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A recipe, as the address of a source."""

    kind: Literal["recipe"]
    inputs: Annotated[tuple[RecipeInput, ...], Meta(min_length=1, max_length=MOST_INPUTS)]
    steps: Annotated[tuple[RecipeStep, ...], Meta(max_length=MOST_STEPS)] = ()
    form: Annotated[RowForm, Meta(description="Form in which the result is written.")] = "csv"
    crs: Annotated[Short, Meta(description="Reference system of the coordinates, such as EPSG:25832.")] = ""
    every: Annotated[SubscriptionRhythm, Meta(description="When it is made again, if an input has changed.")] = (
        SubscriptionRhythm.CHANGE
    )
    at: Annotated[
        str, Meta(pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d$|^$", description="Local time of a day or a week, HH:MM.")
    ] = ""


class RecipeFault(ValueError):
    """A recipe that cannot be read; the message is one sentence."""


def is_recipe(address: Mapping[str, Any]) -> bool:
    """Return whether the address of a source is a recipe."""
    return address.get("kind") == KIND


def read_recipe(address: Mapping[str, Any]) -> Recipe:
    """Return the recipe of an address. Raises RecipeFault.

    >>> read_recipe({"kind": "recipe", "inputs": [{"name": "counts", "asset": "urn:a"}]}).form
    'csv'
    """
    try:
        recipe = msgspec.convert(address, Recipe)
    except (msgspec.ValidationError, RecursionError) as error:
        raise RecipeFault(f"The recipe cannot be read ({error}): correct it.") from None
    fault = next(_list_faults(recipe), None)
    if fault:
        raise RecipeFault(fault)
    return recipe


def _list_faults(recipe: Recipe) -> Iterator[str]:
    yield from _list_input_faults(recipe)
    for step in recipe.steps:
        if isinstance(step, Grouping):
            yield from _list_group_faults(step)
    if recipe.form in {"features", "csv-excel"}:
        yield f"A result is not written as {recipe.form}: write it as csv, and offer that form of it."


def _list_input_faults(recipe: Recipe) -> Iterator[str]:
    names = [entry.name for entry in recipe.inputs]
    for entry in recipe.inputs:
        if bool(entry.asset) == bool(entry.agreement):
            yield f"The input {entry.name!r} names not exactly one of `asset` and `agreement`: name one of them."
        if names.count(entry.name) > 1:
            yield f"The recipe has the input {entry.name!r} twice: give each input a name of its own."
    joined = [step.other for step in recipe.steps if isinstance(step, Join)]
    for other in joined:
        if other not in names[1:]:
            known = ", ".join(names[1:]) or "none"
            yield f"A step joins {other!r}, which is no input after the first one: choose one of them ({known})."
    for name in names[1:]:
        if joined.count(name) != 1:
            yield f"The input {name!r} is not joined exactly once: join it in one step, or remove it."


def _list_group_faults(step: Grouping) -> Iterator[str]:
    for name, measure in step.values.items():
        if measure.take != "count" and not measure.of:
            yield f"The value {name!r} has no column: name it with `of`."
        if name in step.by:
            yield f"The value {name!r} has the name of a column of the group: give it another one."


def name_result(address: Mapping[str, Any]) -> str:
    """Return the name of the result of a recipe: equal recipes have one result."""
    return hashlib.sha256(msgspec.json.encode(address, order="sorted")).hexdigest()[:32]


def is_statistical(recipe: Recipe) -> bool:
    """Return whether a recipe makes statistics of rows, in which nobody is alone."""
    return any(isinstance(step, Grouping) and step.least >= PROTECTED for step in recipe.steps)
