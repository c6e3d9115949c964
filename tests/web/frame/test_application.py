"""The application of pages: what it counts a request under."""

import pytest
from starlette.requests import Request

from connector.web.frame.application import make_namer


def _make_request(host: str, forwarded: str = "") -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return Request({"type": "http", "client": (host, 1), "headers": headers})


@pytest.mark.parametrize(
    ("host", "forwarded", "name"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
    ids=["itself", "no proxy of ours", "behind our proxy", "our proxy says nothing"],
)
def test_an_address_behind_a_proxy_of_ours_is_counted_by_itself(host: str, forwarded: str, name: str) -> None:
    assert make_namer(("10.0.0.0/8",))(_make_request(host, forwarded)) == name
