"""The fields of the steps of a recipe: which there are, and which member of a step each of them states. Pure."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from connector.views.subscriptions import SubscriptionRhythm

DO = "tun"
FieldShape = Literal["names", "choice", "count", "input", "rows"]
RowCell = Literal["column", "name", "value", "kind", "sign", "take", "unit"]

SIGNS: Mapping[str, str] = {
    "gleich": "=",
    "ungleich": "!=",
    "ab": ">=",
    "bis": "<=",
    "ueber": ">",
    "unter": "<",
}
"""How a condition compares, by its word on the page."""
KINDS = ("number", "whole", "date", "hour", "day", "month", "year", "text")
TAKES = ("count", "sum", "mean", "min", "max")


class StepField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a step. `member` is that of the recipe, `options` those of a choice, `cells` those of a row."""

    name: str
    member: str
    shape: FieldShape
    options: tuple[str, ...] = ()
    cells: tuple[RowCell, ...] = ()


_DECIMAL = StepField(name="dezimal", member="decimal", shape="choice", options=(".", ","))

STEPS: Mapping[str, tuple[StepField, ...]] = {
    "clean": (
        StepField(name="spalten", member="columns", shape="names"),
        StepField(name="umbenennen", member="rename", shape="rows", cells=("column", "name")),
        StepField(name="arten", member="types", shape="rows", cells=("column", "kind")),
        _DECIMAL,
        StepField(name="tausender", member="thousands", shape="choice", options=("", ".", ",", " ", "'")),
        StepField(name="unlesbar", member="unreadable", shape="choice", options=("refuse", "empty", "drop")),
        StepField(name="leer", member="empty", shape="names"),
        StepField(name="noetig", member="require", shape="names"),
        StepField(name="bedingungen", member="where", shape="rows", cells=("column", "sign", "value")),
        StepField(name="einmalig", member="unique", shape="choice", options=("", "alle", "spalten")),
        StepField(name="einmalig-spalten", member="unique", shape="names"),
    ),
    "join": (
        StepField(name="mit", member="with", shape="input"),
        StepField(name="ueber", member="on", shape="rows", cells=("column", "column")),
        StepField(name="spalten", member="columns", shape="names"),
        StepField(name="behalten", member="keep", shape="choice", options=("matched", "all")),
    ),
    "group": (
        StepField(name="je", member="by", shape="names"),
        StepField(name="werte", member="values", shape="rows", cells=("name", "take", "column")),
        StepField(name="mindestens", member="least", shape="count"),
        _DECIMAL,
    ),
    "convert": (
        StepField(name="einheiten", member="units", shape="rows", cells=("column", "unit", "unit")),
        _DECIMAL,
    ),
}
"""The fields of each kind of step, in the order of the page."""

RHYTHMS = tuple(known for known in SubscriptionRhythm if known is not SubscriptionRhythm.STREAM)
"""When a result is made: no recipe follows a stream."""
FORMS = ("csv", "json", "ndjson", "geojson", "parquet", "excel")
