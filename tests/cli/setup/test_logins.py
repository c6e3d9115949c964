"""The check of the login of the organisation, against a provider that listens on this machine."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from connector.cli.setup.logins import examine_login
from connector.settings import load
from tests.settings.least import LEAST, written


@pytest.fixture
def listening() -> Iterator[tuple[str, dict[str, Any]]]:
    """A provider: its issuer, and its metadata, which a test may change."""
    metadata: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(metadata).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    issuer = f"http://127.0.0.1:{server.server_port}"
    metadata |= {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/auth",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/keys",
    }
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield issuer, metadata
    server.shutdown()
    server.server_close()


@pytest.fixture
def examine(tmp_path: Path) -> Callable[[str, str], str | None]:
    def examine_issuer(issuer: str, more: str = "") -> str | None:
        net = f'[net]\nhosts = ["127.0.0.1:*"]\nplain_http = ["127.0.0.1:*"]\n{more}'
        login = f'[web.oidc]\nissuer = "{issuer}"\nroles = {{ a = ["operator"] }}\n'
        return examine_login(load(written(tmp_path, LEAST + net + login), {}))

    return examine_issuer


def test_a_provider_that_answers_as_it_should_is_well(
    listening: tuple[str, dict[str, Any]], examine: Callable[..., str | None]
) -> None:
    assert examine(listening[0]) is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"issuer": "https://other"}, "another issuer"), ({"token_endpoint": 7}, "cannot be read"),
     ({"code_challenge_methods_supported": []}, None), ({"code_challenge_methods_supported": ["plain"]}, "PKCE")],
)  # fmt: skip
def test_what_keeps_people_from_signing_in_is_told(
    listening: tuple[str, dict[str, Any]], examine: Callable[..., str | None], changed: dict[str, Any], said: str | None
) -> None:
    listening[1].update(changed)
    told = examine(listening[0])
    assert (told is None) if said is None else (said in (told or ""))


def test_a_provider_that_may_not_be_reached_or_cannot_be_is_told(examine: Callable[..., str | None]) -> None:
    assert "not a public address" in (examine("https://127.0.0.2") or "")
    assert "cannot be reached" in (examine("http://127.0.0.1:1") or "")
