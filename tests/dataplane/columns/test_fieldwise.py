from typing import Any

import pytest

from connector.dataplane.columns.fieldwise import Fieldwise
from connector.dataplane.formats.values import UNREAD
from connector.ports.flow import Untreatable


def _double(value: Any) -> Any:
    return f"{int(value) * 2}" if str(value).isdigit() else ""


def test_a_value_is_changed_a_missing_one_remains_and_an_unread_one_leaves_empty() -> None:
    transform = Fieldwise({"a": _double}, "double it")
    assert transform.begin(("b", "a")) == ("b", "a")
    values = [transform.take({"a": value, "b": "1"})["a"] for value in ("4", "", " - ", "x")]
    assert values == ["8", "", " - ", UNREAD]
    assert transform.unread == {"a": 1}
    assert list(transform.finish()) == []


def test_data_without_a_value_that_can_be_read_is_refused() -> None:
    transform = Fieldwise({"a": _double}, "double it")
    with pytest.raises(Untreatable, match="no field 'a', which is required to double it"):
        transform.begin(("b",))
    transform.take({"a": "x"})
    with pytest.raises(Untreatable, match="No value of the field 'a'"):
        transform.finish()


def test_a_transform_may_leave_nothing_of_a_value() -> None:
    transform = Fieldwise({"a": lambda _value: ""}, "empty it", empties=True)
    assert transform.take({"a": "x"}) == {"a": ""}
    assert transform.unread == {}
