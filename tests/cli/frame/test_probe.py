"""Short requests from outside: an answer, or the reason why there is none."""

import socket
from urllib.parse import urlsplit

import pytest

from connector.cli.frame.probe import choose_loopback, format_origin, is_listening, probe_url
from tests.cli.management import Management, served


def test_an_answer_is_its_status_and_its_body() -> None:
    with served(Management()) as other:
        other.answer("GET", "/ready", b'{"ready": true}', status=503)
        answer = probe_url(f"{other.url}/ready?full=1")
        assert (answer.status, answer.body, answer.reason) == (503, b'{"ready": true}', "")
        assert other.asked[-1].query == {"full": ["1"]}
        assert is_listening("0.0.0.0", urlsplit(other.url).port or 0)


def test_no_answer_has_a_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert probe_url(f"http://127.0.0.1:{port}/", timeout_s=0.05).reason == "no answer in time"
    refused = probe_url(f"http://127.0.0.1:{port}/")
    assert (refused.status, refused.reason) == (None, "connection refused")
    assert not is_listening("127.0.0.1", port)


def test_a_server_without_tls_is_not_https() -> None:
    with served(Management()) as plain:
        answer = probe_url(plain.url.replace("http:", "https:"))
        assert answer.status is None
        assert answer.reason


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1", "http://127.0.0.1:7082"),
        ("0.0.0.0", "http://127.0.0.1:7082"),
        ("::", "http://[::1]:7082"),
        ("10.0.0.5", "http://10.0.0.5:7082"),
    ],
)
def test_a_listener_at_all_addresses_is_reached_on_loopback(host: str, origin: str) -> None:
    assert format_origin(host, 7082) == origin
    assert choose_loopback(host) in origin
