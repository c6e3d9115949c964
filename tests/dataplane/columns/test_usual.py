"""Usual values: the engine and the function for one value give the same, whatever is written."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.columns.usual import make_usual
from connector.dataplane.formats.values import make_reader
from connector.dataplane.transforms.generalise import find_usual, make_coarser

NUMBERS = st.from_regex(r"-?[0-9]{1,10}([.,][0-9]{1,7})?", fullmatch=True)
INSTANTS = st.datetimes().map(lambda at: at.isoformat()) | st.dates().map(lambda at: at.isoformat())
ODD = st.sampled_from(
    ["0000-01-01", "2026-02-30", "1.5\n", "\u0661", "1e3", "999999999.999999", "2026-01-01T24:00:00Z"]
)
PRECISIONS = [
    "hour",
    "day",
    "month",
    "year",
    "10",
    "0.5",
    "7",
    "0.000001",
    "2.5",
    "decimals-0",
    "decimals-2",
    "decimals-6",
]


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("sign", [".", ","])
@given(values=st.lists(NUMBERS | INSTANTS | ODD, min_size=1, max_size=8), certain=st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_usual_value_is_changed_as_one_value_is(precision: str, sign: str, values: list[str], certain: bool) -> None:
    usual = find_usual(precision, sign, certain=certain)
    assert usual is not None
    found, made = make_usual(pl.col("a"), usual)
    read = make_reader("a", sign, "", () if certain else ("b",))
    change = make_coarser(precision, read, sign, certain=certain)
    rows = pl.DataFrame({"a": values}).select(pl.col("a"), found.alias("usual"), made.alias("made")).rows()
    assert [made for _, usual, made in rows if usual] == [change(value) for value, usual, _ in rows if usual]
