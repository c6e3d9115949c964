"""The operators, row by row: value space, three values, sorts that never mix, days as days."""

from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

import pytest

from connector.policy.comparing.operators import build_comparison
from connector.policy.model.values import Day, Duration, Instant, Iri, Number, Text, Value
from connector.policy.vocabulary.registry import Operand
from connector.policy.vocabulary.taxonomy import parse

TREE = parse(
    """
name = "tree"
version = "1"
base = "urn:t#"
prefix = "t:"
[term.root]
[term.left]
broader = ["root"]
aliases = ["links"]
[term.leaf]
broader = ["left", "right"]
[term.right]
broader = ["root"]
"""
)


def operand(sort: str, **more: object) -> Operand:
    row = {"iri": "urn:op", "sort": sort, "source": "state", "trust": "own", "de": "x", "en": "x", **more}
    return Operand(**row)  # type: ignore[arg-type]  # fields by name


NAMES = operand("name", multiple=True)


NUMBERS = operand("number")


DURATIONS = operand("duration")


INSTANTS = operand("instant")


TERMS = operand("taxonomy", taxonomy="tree", multiple=True)


LEVELS = operand("code", values=("low", "middle", "high"), ordered=True)


def names(*entries: str) -> tuple[Value, ...]:
    return tuple(Iri(entry) for entry in entries)


def terms(*entries: str) -> tuple[Value, ...]:
    return tuple(Iri("urn:t#" + entry) for entry in entries)


def number(text: str, unit: str = "") -> tuple[Value, ...]:
    return (Number(Decimal(text), unit),)


def days(count: int, months: int = 0) -> tuple[Value, ...]:
    return (Duration(months, count * 86_400_000),)


def at(text: str) -> tuple[Value, ...]:
    return (Instant(datetime.fromisoformat(text)),)


Row: TypeAlias = tuple[Operand, tuple[Value, ...], str, tuple[Value, ...], object]


ROWS: list[Row] = [
    (NAMES, names("a", "b"), "eq", names("a"), True),
    (NAMES, names("b"), "eq", names("a"), False),
    (NAMES, names("a", "b"), "neq", names("a"), False),
    (NAMES, names(), "neq", names("a"), True),
    (NAMES, names("a", "b"), "isAnyOf", names("b", "c"), True),
    (NAMES, names(), "isAnyOf", names("b", "c"), False),
    (NAMES, names("a"), "isNoneOf", names("b", "c"), True),
    (NAMES, names("a", "b", "c"), "isAllOf", names("b", "c"), True),
    (NAMES, names("b"), "isAllOf", names("b", "c"), False),
    (NAMES, (Text("a"),), "eq", names("a"), None),
    (NAMES, (Text("a"),), "isAllOf", names("a"), None),
    (NUMBERS, number("5"), "eq", number("5.0"), True),
    (NUMBERS, number("5"), "neq", number("5.0"), False),
    (NUMBERS, number("5"), "lt", number("5"), False),
    (NUMBERS, number("5"), "lteq", number("5"), True),
    (NUMBERS, number("5.1"), "gt", number("5"), True),
    (NUMBERS, number("5"), "gteq", number("5.1"), False),
    (NUMBERS, number("7"), "isAnyOf", number("5") + number("7.0"), True),
    (NUMBERS, number("7"), "isNoneOf", number("5") + number("7.0"), False),
    (NUMBERS, number("5", "kg"), "eq", number("5"), None),
    (NUMBERS, number("5", "kg"), "isAnyOf", number("5") + number("6"), None),
    (NUMBERS, names("5"), "lteq", number("5"), None),
    (DURATIONS, days(30), "lteq", days(30), True),
    (DURATIONS, days(30), "lt", days(0, months=2), True),
    (DURATIONS, days(30), "lteq", days(0, months=1), None),
    (DURATIONS, days(32), "gt", days(0, months=1), True),
    (DURATIONS, days(0, months=1), "eq", days(0, months=1), True),
    (DURATIONS, days(28), "neq", days(0, months=2), True),
    (DURATIONS, at("2026-01-01T00:00+00:00"), "lt", days(1), None),
    (INSTANTS, at("2026-01-01T00:00+00:00"), "eq", at("2026-01-01T01:00+01:00"), True),
    (INSTANTS, at("2026-01-01T12:00+00:00"), "isAnyOf", (Day(date(2026, 1, 1)),), True),
    (INSTANTS, at("2026-01-02T12:00+00:00"), "isNoneOf", (Day(date(2026, 1, 1)),), True),
    (INSTANTS, days(1), "lt", at("2026-01-01T00:00+00:00"), None),
    (TERMS, terms("leaf"), "isA", terms("root"), True),
    (TERMS, terms("leaf"), "isPartOf", terms("right"), True),
    (TERMS, terms("left"), "isA", terms("left"), True),
    (TERMS, terms("left"), "isA", terms("right"), False),
    (TERMS, names("links"), "isA", terms("root"), True),
    (TERMS, names("t:leaf"), "isA", terms("left"), True),
    (TERMS, names("urn:elsewhere"), "isA", terms("left"), None),
    (TERMS, names("urn:elsewhere") + terms("leaf"), "isA", terms("left"), True),
    (TERMS, terms("root"), "hasPart", terms("leaf"), True),
    (TERMS, terms("leaf"), "hasPart", terms("root"), False),
    (TERMS, names("links"), "eq", terms("left"), True),
    (TERMS, terms("leaf"), "eq", terms("left"), False),
    (TERMS, names("urn:elsewhere"), "eq", terms("left"), None),
    (TERMS, names("urn:elsewhere"), "neq", terms("left"), None),
    (TERMS, names("urn:elsewhere"), "isNoneOf", terms("left", "right"), None),
    (TERMS, terms("left"), "eq", names("urn:elsewhere"), None),
    (TERMS, terms("left"), "neq", names("urn:elsewhere"), None),
    (TERMS, terms("left"), "isNoneOf", terms("right") + names("urn:elsewhere"), None),
    (TERMS, terms("left"), "isNoneOf", terms("left") + names("urn:elsewhere"), False),
    (TERMS, terms("left"), "isAllOf", terms("left") + names("urn:elsewhere"), None),
    (TERMS, terms("left"), "isAllOf", terms("right") + names("urn:elsewhere"), False),
    (TERMS, names("urn:elsewhere"), "eq", names("urn:elsewhere"), True),
    (TERMS, names("urn:elsewhere"), "neq", names("urn:elsewhere"), False),
    (TERMS, names(), "neq", names("urn:elsewhere"), True),
    (TERMS, terms("leaf"), "neq", terms("left"), True),
    (TERMS, names("links", "t:right"), "isAllOf", terms("left", "right"), True),
    (LEVELS, names("middle"), "gteq", names("low"), True),
    (LEVELS, names("middle"), "lt", names("middle"), False),
    (LEVELS, names("strange"), "lt", names("middle"), None),
    (LEVELS, names("high"), "eq", names("high"), True),
]


@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{row[0].sort} {row[2]} {row[4]} {place}" for place, row in enumerate(ROWS)]
)
def test_operators_compare_in_value_space(
    row: Row,
) -> None:
    kind, left, operator, right, expected = row
    assert build_comparison(kind, operator, right, TREE if kind.taxonomy else None)(left) is expected
