"""What every kind of transform keeps. The suite runs over the table of kinds; each has a step that fits `RECORDS`."""

import csv
import io
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.kinds import TRANSFORMS
from connector.ports.flow import PERSON, Record, SourceError, Untreatable
from connector.ports.treatment import TransformStep
from tests.dataplane.records import CSV, JSON, LINES, deliver, treat

STEPS = {
    "drop": TransformStep(name="drop", fields=("plate",)),
    "generalise": TransformStep(name="generalise", fields=("plate",), precision="10"),
    "pseudonymise": TransformStep(name="pseudonymise", fields=("plate",)),
    "aggregate": TransformStep(name="aggregate", fields=("street",), measures=("count",), smallest_group=2),
    "suppress": TransformStep(name="suppress", fields=("street",), smallest_group=2),
}
FIELDS = ("street", "plate", "count")
RAW = "BI-XY 4711"
ODD: list[Any] = [
    "",
    " ",
    RAW,
    "1e999999999",
    "NaN",
    "-0",
    "\ud83d",
    "x" * 1000,
    None,
    True,
    7,
    Decimal("1.10"),
    [1],
    {},
]


def record(street: Any = "A", plate: Any = RAW, count: Any = "3") -> Record:
    return dict(zip(FIELDS, (street, plate, count), strict=True))


def run(kind: str, records: list[Record]) -> list[Record]:
    transform = TRANSFORMS[kind](STEPS[kind], b"k" * 32)
    transform.begin(FIELDS)
    left = [transform.take(dict(entry)) for entry in records]
    return [entry for entry in left if entry is not None] + list(transform.finish())


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_every_kind_is_in_the_suite_and_refuses_data_without_its_fields(kind: str) -> None:
    transform = TRANSFORMS[kind](STEPS[kind], b"k" * 32)
    with pytest.raises(Untreatable, match="has no field"):
        transform.begin(("other",))


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_what_leaves_has_the_fields_it_announced(kind: str) -> None:
    transform = TRANSFORMS[kind](STEPS[kind], b"k" * 32)
    announced = transform.begin(FIELDS)
    for entry in run(kind, [record(), record(), record("B")]):
        assert tuple(entry) == announced


@pytest.mark.parametrize("kind", TRANSFORMS)
@pytest.mark.parametrize("value", ODD)
def test_odd_values_are_treated_like_others(kind: str, value: Any) -> None:
    left = run(kind, [record(value, value, value), record(value, value, value)])
    assert all(PERSON not in entry for entry in left)
    if kind in {"generalise", "pseudonymise"}:
        assert all(RAW not in str(entry["plate"]) for entry in left)


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_it_holds_no_more_than_it_may(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.dataplane.transforms.suppress.MOST_RECORDS", 20)
    monkeypatch.setattr("connector.dataplane.transforms.aggregate.MOST_GROUPS", 20)
    records = [record(str(at)) for at in range(30)]
    if TRANSFORMS[kind](STEPS[kind], b"").most_bytes is None:
        assert len(run(kind, records)) == 30
    else:
        with pytest.raises(Untreatable, match="more than 20"):
            run(kind, records)


VALUES = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\x00"), max_size=8)
TABLES = st.lists(st.tuples(VALUES, VALUES.map("raw-{}-value".format), VALUES), max_size=12)


def as_csv(rows: list[tuple[str, ...]]) -> bytes:
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\n").writerows([FIELDS, *rows])
    return lines.getvalue().encode()


def as_json(rows: list[tuple[str, ...]]) -> bytes:
    return msgspec.json.encode([dict(zip(FIELDS, row, strict=True)) for row in rows])


def as_lines(rows: list[tuple[str, ...]]) -> bytes:
    return b"".join(msgspec.json.encode(dict(zip(FIELDS, row, strict=True))) + b"\n" for row in rows)


@pytest.mark.parametrize("kind", TRANSFORMS)
@pytest.mark.parametrize(
    ("records", "write"), [(CSV, as_csv), (JSON, as_json), (LINES, as_lines)], ids=["csv", "json", "ndjson"]
)
@given(rows=TABLES, cut=st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_the_result_does_not_depend_on_how_the_data_is_cut(
    kind: str, records: Any, write: Any, rows: list[tuple[str, str, str]], cut: int
) -> None:
    data, treatment = write(rows), treat(records, STEPS[kind])
    assert deliver(data, treatment, cut=cut) == deliver(data, treatment)


@pytest.mark.parametrize("kind", ["drop", "generalise", "pseudonymise", "aggregate"])
@pytest.mark.parametrize(
    ("records", "write"), [(CSV, as_csv), (JSON, as_json), (LINES, as_lines)], ids=["csv", "json", "ndjson"]
)
@given(rows=TABLES, cut=st.integers(0, 40))
@settings(max_examples=25, deadline=None)
def test_the_raw_value_is_never_in_what_leaves(
    kind: str, records: Any, write: Any, rows: list[tuple[str, str, str]], cut: int
) -> None:
    left = deliver(write(rows), treat(records, STEPS[kind]), cut=cut)
    assert b"raw-" not in left
    assert b"-value" not in left


@given(
    rows=st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz"), st.sampled_from("12"))),
    least=st.integers(1, 5),
)
@settings(max_examples=60, deadline=None)
def test_every_group_that_leaves_is_large_enough_and_no_larger_one_is_missing(
    rows: list[tuple[str, str, str]], least: int
) -> None:
    step = TransformStep(name="suppress", fields=("street", "plate"), smallest_group=least)
    left = list(csv.reader(io.StringIO(deliver(as_csv(rows), treat(CSV, step)).decode())))[1:]
    sizes = {key: [row[:2] for row in rows].count(key) for key in {row[:2] for row in rows}}
    assert [tuple(row) for row in left] == [row for row in rows if sizes[row[:2]] >= least]


def test_nothing_is_built_for_a_name_that_nobody_knows() -> None:
    with pytest.raises(SourceError, match="no transform"):
        deliver(b"a\n1\n", treat(CSV, TransformStep(name="encrypt", fields=("a",))))
