"""A management API at the edge of HTTP: it returns the prepared answers of a test and stores the requests."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from connector.views.agreements import AgreementView
from connector.views.assets import AssetView
from connector.views.common import EndedView
from connector.views.holds import HoldView
from connector.views.negotiations import NegotiationView
from connector.views.transfers import DeliveryView, TransferView

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
KEY = "a-management-key"
CONTENT = b"time,value\n" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
RESULTS = [
    {"participant": "urn:city", "id": name, "title": {"de": title}, "publisher": "Stadt"}
    for name, title in (("air", "Luftqualität"), ("roads", "Baustellen"))
]


class Asked(NamedTuple):
    """A request that came."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any


class Management:
    """What is answered: `(method, path)` to a status and a value, or to a list of them, the last of which stays.

    `takes_key` is false for a broker, whose operator has a token of the participant instead.
    """

    def __init__(self, *, takes_key: bool = True) -> None:
        self.takes_key = takes_key
        self.answers: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        self.asked: list[Asked] = []
        self.url = ""

    def answer(self, method: str, path: str, *values: Any, status: int = 200) -> None:
        """Lay out answers to a request, one after the other."""
        self.answers[method, path] = [(status, value) for value in values]

    def refuse(self, method: str, path: str, status: int, code: str, reason: str) -> None:
        """Lay out an error."""
        self.answer(method, path, {"error": {"code": code, "reason": reason}}, status=status)

    def bodies(self, method: str, path: str) -> list[Any]:
        """Return the bodies of the requests that came."""
        return [asked.body for asked in self.asked if (asked.method, asked.path) == (method, path)]

    def next(self, asked: Asked) -> tuple[int, Any]:
        """Return the answer to a request."""
        self.asked.append(asked)
        laid_out = self.answers.get((asked.method, asked.path))
        if not laid_out:
            return 404, {"error": {"code": "none", "reason": f"Nothing is laid out at {asked.method} {asked.path}."}}
        return laid_out.pop(0) if len(laid_out) > 1 else laid_out[0]


@contextmanager
def served(management: Management) -> Iterator[Management]:
    """Serve it on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            asked = Asked(self.command, unquote(parts.path), parse_qs(parts.query), body)
            keyed = management.takes_key and parts.path.startswith("/v1/")
            if keyed and self.headers.get("Authorization") != f"Bearer {KEY}":
                status, value = (
                    401,
                    {"error": {"code": "unknown-key", "reason": "The management key is not known here."}},
                )
            else:
                status, value = management.next(asked)
            content = value if isinstance(value, bytes) else msgspec.json.encode(value)
            first = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            if isinstance(value, bytes) and first:
                status, content = 206, value[int(first[1]) :]
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self._take()

        def do_POST(self) -> None:
            self._take()

        def do_PUT(self) -> None:
            self._take()

        def do_PATCH(self) -> None:
            self._take()

        def do_DELETE(self) -> None:
            self._take()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    management.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield management
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asset(**other: Any) -> AssetView:
    """Build an asset."""
    values: dict[str, Any] = {
        "id": "air",
        "status": "draft",
        "data_class": "open",
        "title": {"de": "Luftqualität", "en": "Air quality"},
        "description": {},
        "keywords": ("Luft",),
        "themes": (),
        "media_type": "text/csv",
        "source": {"kind": "file", "path": "air.csv"},
        "policy": {"@type": "Offer", "permission": [{"action": "use"}]},
        "access": None,
        "offer_id": "urn:offer",
        "live": False,
        "synthetic": False,
        "licence": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return AssetView(**(values | other))


def negotiation(state: str | None, *, ended: str = "", hold: str = "", **other: Any) -> NegotiationView:
    """Build a negotiation in which we are the consumer."""
    values: dict[str, Any] = {
        "id": "urn:n",
        "role": "consumer",
        "state": state,
        "peer": "urn:city",
        "peer_pid": None,
        "dataset": "air",
        "offer_id": "urn:offer",
        "offer": {"permission": [{"action": "use"}]},
        "offered_by": "consumer",
        "rounds": 1,
        "agreement_id": "urn:a" if state == "FINALIZED" else None,
        "agreement_key": "urn:peer urn:a" if state == "FINALIZED" else None,
        "agreement": None,
        "pending": None,
        "hold": _hold(hold, "negotiation") if hold else None,
        "ended": EndedView(code="not-permitted", reason=ended, by="urn:city") if ended else None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return NegotiationView(**(values | other))


def transfer(state: str | None, *, delivered: DeliveryView | None = None, **other: Any) -> TransferView:
    """Build a transfer in which we are the consumer."""
    values: dict[str, Any] = {
        "id": "urn:t",
        "role": "consumer",
        "state": state,
        "peer": "urn:city",
        "peer_pid": None,
        "agreement_id": "urn:a",
        "dataset": "air",
        "format": "HttpData-PULL",
        "keep": False,
        "sink": {"kind": "file", "path": "x/"},
        "flow_wanted": "STARTED",
        "flow_reported": "STARTED",
        "suspended_by": None,
        "progress": delivered,
        "pending": None,
        "hold": None,
        "ended": None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return TransferView(**(values | other))


def agreement(**other: Any) -> AgreementView:
    """Build an agreement in which we are the consumer."""
    values: dict[str, Any] = {
        "id": "urn:a",
        "role": "consumer",
        "counterparty": "urn:city",
        "dataset": "air",
        "negotiation_id": "urn:n",
        "policy": {"permission": [{"action": "use"}]},
        "sha256": "0" * 64,
        "agreed_at": NOW,
        "finalized_at": NOW,
        "withdrawn_at": None,
    }
    return AgreementView(**(values | other))


def _hold(reason: str, kind: str) -> HoldView:
    return HoldView(process_id="urn:n", process_kind=kind, reason=reason, who="consumer", created_at=NOW, until=None)
