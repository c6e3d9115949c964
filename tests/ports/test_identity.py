from base64 import urlsafe_b64encode

import pytest

from connector.ports.identity import describe_claimed, find_name
from tests.support.plane import CITY, Listed


def _bearer(payload: bytes) -> str:
    return f"Bearer e30.{urlsafe_b64encode(payload).decode().rstrip('=')}.c2ln"


def test_who_is_not_in_the_participant_list_has_no_name() -> None:
    assert find_name(Listed(), CITY) == "City"
    assert find_name(Listed(), "did:web:stranger.example") == ""


def test_a_token_says_whom_it_names_although_nothing_proves_it() -> None:
    assert describe_claimed(_bearer(b'{"iss": "did:web:firma.example", "exp": "soon"}')) == {
        "claimed": "did:web:firma.example"
    }
    (claimed,) = describe_claimed(_bearer(b'{"iss": "%s"}' % (b"x" * 2000))).values()
    assert len(claimed) == 512


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer secret",
        "Bearer a.b.c",
        "Bearer a.\xe4.c",
        "Bearer e30.e30.",
        "Bearer " + "a.b." * 10_000,
        _bearer(b'{"iss": 7}'),
        _bearer(b'{"iss": ""}'),
        _bearer(b"\xff"),
        _bearer(b"[" * 5000),
        _bearer(b'{"iss": "' + b"x" * 20_000 + b'"}'),
    ],
)
def test_a_token_that_names_nobody_says_nothing(authorization: str | None) -> None:
    assert describe_claimed(authorization) == {}
