"""The kinds of values that settings have: the forms of texts that they take and refuse."""

from typing import Any

import msgspec
import pytest

from connector.settings.kinds import Email, Origin, Port, Prefix, Seconds, Url, Variable


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Url, "ftp://city.example"), (Url, "https://a b"), (Url, "https://city.example/\n"), (Url, "https://u@city.example"),
        (Origin, "https://city.example/path"), (Prefix, "stored"), (Email, "a@b\r\nBcc: c@d"), (Variable, "A=B"),
        (Variable, ""), (Port, 65536), (Seconds, float("inf")), (Seconds, 0),
    ],
)  # fmt: skip
def test_what_has_another_form_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, kind)


@pytest.mark.parametrize(
    ("kind", "value"),
    [(Url, "https://city.example/realms/stadt"), (Origin, "http://127.0.0.1:7084"), (Email, "office@city.example"),
     (Variable, "CITY_LOGIN_2")],
)  # fmt: skip
def test_what_has_the_form_is_taken(kind: Any, value: Any) -> None:
    assert msgspec.convert(value, kind) == value
