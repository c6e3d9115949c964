"""Values of Arrow as values of rows."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest

from connector.dataplane.tabular.cells.arrow import read_batch

MOMENT = 1_714_564_800


def read(column: pa.Array) -> list[Any]:
    batch = pa.record_batch([column], names=["a"])
    return [row["a"] for row in read_batch(batch)]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (pa.timestamp("s"), MOMENT, "2024-05-01T12:00:00"),
        (pa.timestamp("us"), MOMENT * 10**6 + 5, "2024-05-01T12:00:00.000005"),
        (pa.timestamp("ns"), MOMENT * 10**9 + 123_456_789, "2024-05-01T12:00:00.123456789"),
        (pa.timestamp("ns"), MOMENT * 10**9, "2024-05-01T12:00:00"),
        (pa.timestamp("ns"), -1, "1969-12-31T23:59:59.999999999"),
        (pa.timestamp("ms", "Europe/Berlin"), MOMENT * 10**3, "2024-05-01T14:00:00+02:00"),
        (pa.timestamp("ns", "Europe/Berlin"), MOMENT * 10**9 + 1, "2024-05-01T14:00:00.000000001+02:00"),
        (pa.timestamp("s", "-03:30"), MOMENT, "2024-05-01T08:30:00-03:30"),
        (pa.timestamp("s", "Mars/Phobos"), MOMENT, "2024-05-01T12:00:00+00:00"),
        (pa.timestamp("s", "../../etc/passwd"), MOMENT, "2024-05-01T12:00:00+00:00"),
        (pa.time32("s"), 3_723, "01:02:03"),
        (pa.time64("us"), 3_723_000_005, "01:02:03.000005"),
        (pa.time64("ns"), 3_723_123_456_789, "01:02:03.123456789"),
        (pa.duration("ns"), 1_234_567_891, "PT1.234567891S"),
        (pa.duration("s"), 108_000, "P1DT6H"),
    ],
)
def test_a_time_keeps_all_that_it_states_and_its_moment(kind: pa.DataType, value: int, text: str) -> None:
    assert read(pa.array([value, None], kind)) == [text, None]
    assert read(pa.array([[value], None], pa.list_(kind))) == [[text], None]
    assert read(pa.array([{"x": value}], pa.struct([("x", kind)]))) == [{"x": text}]
    assert read(pa.array([[("k", value)]], pa.map_(pa.string(), kind))) == [[["k", text]]]
    assert read(pa.array([value], kind).dictionary_encode()) == [text]


@pytest.mark.parametrize("kind", [pa.float32(), pa.float64()])
def test_a_number_has_the_digits_of_its_width(kind: pa.DataType) -> None:
    found = read(pa.array([0.1, 21.7, 5.0, None, float("nan"), float("-inf")], kind))
    assert [str(value) for value in found] == ["0.1", "21.7", "5.0", "None", "None", "None"]
    assert read(pa.array([[0.1]], pa.list_(kind))) == [[Decimal("0.1")]]
    assert read(pa.array([0.1], kind).dictionary_encode()) == [Decimal("0.1")]


@pytest.mark.parametrize("number", [0.1, 1.5, 3.14159, 65_504.0, 65_472.0, 6e-8, 6.1e-5, 0.3333, -21.7, 2_047.0])
def test_a_short_number_comes_back_equal(number: float) -> None:
    half = np.float16(number)
    (found,) = read(pa.array(np.array([half])))
    assert np.float16(str(found)) == half
    assert len(found.as_tuple().digits) <= 6


def test_half_of_a_number_that_is_none_is_empty() -> None:
    assert read(pa.array(np.array([0.1, np.inf, np.nan], dtype="float16"))) == [Decimal("0.1"), None, None]


def test_what_is_no_number_nor_time_keeps_its_value() -> None:
    name = UUID("12345678-1234-5678-1234-567812345678")
    assert read(pa.array([name.bytes], pa.uuid())) == [str(name)]
    assert read(pa.array([2**64 - 1], pa.uint64())) == [2**64 - 1]
    assert read(pa.array([Decimal("1.50")], pa.decimal128(5, 2))) == [Decimal("1.50")]
    assert read(pa.array([date(2024, 2, 29)])) == ["2024-02-29"]
    assert read(pa.array([b"\x00\xff"])) == ["00ff"]
    assert read(pa.array([True, None])) == [True, None]
    assert read(pa.array([[{"b": b"\x01"}]])) == [[{"b": "01"}]]
    assert read(pa.array(["x", "y"]).dictionary_encode()) == ["x", "y"]


@pytest.mark.parametrize(("kind", "value"), [(pa.timestamp("s"), 10**14), (pa.time64("us"), 86_400 * 10**6)])
def test_a_time_that_no_calendar_has_is_an_overflow(kind: pa.DataType, value: int) -> None:
    with pytest.raises(OverflowError):
        read(pa.array([value], kind))
