"""The operators, row by row: value space, three values, sorts that never mix, days as days."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias

import pytest

from connector.policy.comparing.moments import Moments, combine, compare, complement
from connector.policy.comparing.operators import comparison
from connector.policy.model.model import Day, Duration, Instant, Iri, Number, Text, Value
from connector.policy.vocabulary.registry import Operand, build
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
    (TERMS, names("urn:elsewhere"), "eq", terms("left"), False),
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
    assert comparison(kind, operator, right, TREE if kind.taxonomy else None)(left) is expected


NEW_YEAR = Day(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("operator", "verdicts"),
    [
        ("lt", (True, False, False, False)),
        ("lteq", (True, True, True, False)),
        ("eq", (False, True, True, False)),
        ("neq", (True, False, False, True)),
        ("gt", (False, False, False, True)),
        ("gteq", (False, True, True, True)),
    ],
)
def test_a_day_is_compared_as_a_whole_day(operator: str, verdicts: tuple[bool, ...]) -> None:
    times = [
        datetime(2025, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 23, 59, 59, 999_999, UTC),
        datetime(2026, 1, 2, tzinfo=UTC),
    ]
    assert tuple(compare(operator, NEW_YEAR).holds(moment) for moment in times) == verdicts


def test_a_day_begins_in_its_own_zone() -> None:
    berlin = compare("gteq", Day(date(2026, 1, 1), 60))
    assert berlin.edges == (datetime(2025, 12, 31, 23, tzinfo=UTC),)


def test_sets_of_instants_combine_like_truth_values() -> None:
    edge = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 7)]
    one = Moments(False, (edge[0], edge[3]))
    two = Moments(False, (edge[2], edge[5]))
    assert combine("and", [one, two]) == Moments(False, (edge[2], edge[3]))
    assert combine("or", [one, two]) == Moments(False, (edge[0], edge[5]))
    assert combine("xone", [one, two]) == Moments(False, (edge[0], edge[2], edge[3], edge[5]))
    assert combine("and", [one, complement(one)]) == Moments(False)
    assert combine("or", [one, complement(one)]) == Moments(True)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"sort": "number", "multiple": True}, "no order"),
        ({"sort": "name", "operators": frozenset({"lt"})}, "does not fit"),
        ({"sort": "code"}, "closed list"),
        ({"sort": "taxonomy", "taxonomy": "missing"}, "hand in its text"),
    ],
)
def test_a_registry_refuses_rows_that_contradict_themselves(more: dict[str, object], complaint: str) -> None:
    sort = str(more.pop("sort"))
    with pytest.raises(ValueError, match=complaint):
        build((operand(sort, **more),))


def test_a_taxonomy_refuses_circles_missing_parents_and_names_for_two_terms() -> None:
    head = 'name = "x"\nversion = "1"\n'
    for body in (
        '[term.a]\nbroader = ["b"]\n[term.b]\nbroader = ["a"]\n',
        '[term.a]\nbroader = ["b"]\n',
        '[term.a]\naliases = ["b"]\n[term.b]\n',
    ):
        with pytest.raises(ValueError, match="Taxonomy x"):
            parse(head + body)
