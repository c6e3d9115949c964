"""A column is one of numbers only if each text is the usual one of its number."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.forms.typed import convert_all, find_kind, to_plain
from tests.support.rows import spell


@given(
    st.lists(
        st.one_of(st.integers(), st.decimals(allow_nan=False, allow_infinity=False), st.text("ab01.-", max_size=8)),
        max_size=8,
    )
)
def test_a_converted_column_has_the_same_values(values: list[object]) -> None:
    texts = [to_plain(str(value)) for value in values]
    converted = convert_all(texts, find_kind(texts))
    assert [spell(value) for value in converted] == [spell(text) for text in texts]


@pytest.mark.parametrize(
    ("values", "point", "kind"),
    [
        (["1.234", "12", "7"], None, "text"),
        (["1.234", "12", "7"], False, "text"),
        (["1.234", "12", "7"], True, "number"),
        (["1.234", "51.5123"], None, "number"),
        (["0.125", "2"], None, "number"),
        (["1.5", "2"], False, "text"),
        (["12", "7"], False, "whole"),
        ([Decimal("1.234"), 7], None, "number"),
    ],
)
def test_a_text_that_may_have_thousands_is_no_number(values: list[Any], point: bool | None, kind: str) -> None:
    assert find_kind(values, point) == kind
