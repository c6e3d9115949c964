"""Members of JSON as they are written against the same values read one by one: the same bytes leave."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.formats.json import JsonLines
from connector.dataplane.formats.values import make_reader, read_raw, to_text
from connector.dataplane.transforms import aggregate, convert, generalise, pseudonymise
from connector.dataplane.transforms.generalise import make_coarser
from connector.ports.flow import Record, Transform, Untreatable
from connector.ports.treatment import TransformStep

VALUES = st.sampled_from(
    [
        *("0", "-0", "-0.0", "7", "12.50", "-12.50", "1e3", "1E+400", "0.000000001", "999999999999999", "1" * 400),
        *("1234567890123456", "18446744073709551616", "true", "null", '""', '"-"', '" - "', '"x"', '"\\u0078"', "[1]"),
        *('"12.50"', '"1.234"', '"1,5"', '"-0"', '"2026-05-04"', '"4.5.2026"', '"2026-05-04T13:47:00Z"', '{"b":1}'),
    ]
)
LINES = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=12)
PRECISIONS = ("10", "0.5", "month", "hour", "week", "decimals-2", "prefix-2", "prefix-0", "at-most-7", "at-least-7")
STEPS = [
    *(TransformStep(name="generalise", fields=("a",), precision=precision, decimal=".") for precision in PRECISIONS),
    *(TransformStep(name="generalise", fields=("a", "b"), precision="decimals-1", decimal=sign) for sign in ("", ",")),
    TransformStep(name="generalise", fields=("a",), precision="level-x", places={"a": {"x": "y", "7": "8"}}),
    TransformStep(name="convert", fields=("a",), conversion="km/h-to-m/s", decimal="."),
    TransformStep(name="pseudonymise", fields=("a", "b")),
    TransformStep(name="aggregate", fields=("a",), measures=("b",), decimal=".", smallest_group=1),
    TransformStep(name="aggregate", fields=("b", "a"), measures=("a",), smallest_group=2),
]
BUILD = {
    "generalise": generalise.build,
    "convert": convert.build,
    "pseudonymise": pseudonymise.build,
    "aggregate": aggregate.build,
}


def _treat(step: TransformStep, records: Sequence[Record]) -> tuple[Any, ...]:
    transform: Transform = BUILD[step.name](step, b"k" * 32)
    transform.begin(("a", "b"))
    try:
        left = [made for record in records if (made := transform.take(dict(record))) is not None]
        left += transform.finish()
    except Untreatable as error:
        return (str(error),)
    # A name of a group is the first spelling of its value, which leaves as it is written.
    shown = [{name: to_text(value) for name, value in record.items()} for record in left]
    written = b"" if step.name == "aggregate" else JsonLines().write(left)
    return shown, written, getattr(transform, "unread", {}), getattr(transform, "left_out", 0)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.name} {step.precision or step.conversion}")
@given(lines=LINES)
@settings(max_examples=60, deadline=None)
def test_what_is_written_in_the_same_way_becomes_the_same(step: TransformStep, lines: list[tuple[str, str]]) -> None:
    written = [{"a": msgspec.Raw(a.encode()), "b": msgspec.Raw(b.encode())} for a, b in lines]
    read = [
        {name: value if name not in step.fields + step.measures else read_raw(value) for name, value in record.items()}
        for record in written
    ]
    assert _treat(step, written) == _treat(step, read)


@given(text=st.from_regex(r"\A(0|[1-9][0-9]{0,15})(\.[0-9]{1,10})?\Z"), precision=st.sampled_from(PRECISIONS[:2]))
@settings(max_examples=300, deadline=None)
def test_a_usual_number_of_json_is_made_coarser_as_any_other(text: str, precision: str) -> None:
    coarsen = make_coarser(precision)
    # A text with a plus is none of the usual ones.
    assert str(coarsen(read_raw(msgspec.Raw(text.encode())))) == coarsen(f"+{text}")


@given(text=VALUES | st.from_regex(r"\A-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?\Z"))
@settings(max_examples=300, deadline=None)
def test_a_number_is_read_as_the_reader_of_json_reads_it(text: str) -> None:
    read, raw = make_reader("a", "", ""), msgspec.Raw(text.encode())
    assert repr(read(raw)) == repr(read(read_raw(raw)))
