"""The values between a process that reads a file and the one that started it."""

import io
import pickle
from collections import OrderedDict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.tabular.wire import HEAD, LARGEST_VALUE, read_value, write_value

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(value=_VALUES)
def test_a_value_arrives_as_it_was_sent(value: object) -> None:
    stream = io.BytesIO()
    write_value(stream, value)
    assert read_value(io.BytesIO(stream.getvalue())) == value


@pytest.mark.parametrize("value", [OrderedDict(a=1), print, io.BytesIO, Decimal])
def test_no_other_class_and_no_function_is_read(value: object) -> None:
    data = pickle.dumps(value)
    stream = io.BytesIO(HEAD.pack(len(data)) + data)
    if value is Decimal:
        assert read_value(stream) is Decimal
    else:
        with pytest.raises(pickle.UnpicklingError):
            read_value(stream)


@pytest.mark.parametrize("data", [b"", b"\0", HEAD.pack(0), HEAD.pack(5) + b"abc", HEAD.pack(LARGEST_VALUE + 1)])
def test_a_stream_that_ends_or_says_too_much_has_no_value(data: bytes) -> None:
    with pytest.raises(EOFError):
        read_value(io.BytesIO(data))
