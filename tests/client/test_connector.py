"""The client against a real management API in process, blocking and awaited."""

import inspect
from typing import Any

import httpx
import pytest

from connector import client
from connector.client import AsyncConnector, Connector
from connector.client.frame import errors
from connector.client.frame.errors import (
    InvalidRequest,
    KeyRefused,
    NotFound,
    PeerUnreachable,
    RequestRefused,
)
from connector.ports.peer import InDoubt
from tests.client.calls import draft
from tests.support.plane import CITY, Blocked, Desk


def test_both_clients_offer_the_same() -> None:
    transport: Any = httpx.MockTransport(lambda _: httpx.Response(500))
    one, other = Connector("http://x", "k", transport=transport), AsyncConnector("http://x", "k", transport=transport)
    chapters = [name for name in vars(one) if not name.startswith("_") and name != "driver"]
    assert len(chapters) >= 11
    for here, there in [(one, other), *((getattr(one, name), getattr(other, name)) for name in chapters)]:
        named = [name for name in dir(here) if not name.startswith("_")]
        assert named == [name for name in dir(there) if not name.startswith("_")]
        for name in named:
            method, twin = getattr(here, name), getattr(there, name)
            if callable(method) and name != "close":
                assert inspect.signature(method) == inspect.signature(twin), name
                assert method.__doc__


def test_listings_are_read_page_by_page(connector: Connector) -> None:
    for number in range(5):
        connector.assets.add(draft(id=f"urn:a:{number}"))
    page = connector.assets.list(limit=2)
    assert [asset.id for asset in page.items] == ["urn:a:4", "urn:a:3"]
    assert [asset.id for asset in connector.assets.all(limit=2)] == [f"urn:a:{number}" for number in (4, 3, 2, 1, 0)]
    assert next(connector.assets.all(limit=2, after=page.next)).id == "urn:a:2"


def test_errors_have_a_kind_a_reason_and_an_exit_code(connector: Connector, desk: Desk) -> None:
    desk.peer.failure = InDoubt(reason="It did not answer.")
    for kind, exit_code, call in (
        (NotFound, 3, lambda: connector.negotiations.show("none")),
        (InvalidRequest, 2, lambda: connector.assets.add(draft(title={"de": ""}))),
        (PeerUnreachable, 5, lambda: connector.catalog.fetch(CITY)),
        (RequestRefused, 4, lambda: [connector.assets.add(draft(id="urn:a")) for _ in range(2)]),
        (KeyRefused, 4, lambda: Connector("http://x", "guessed", transport=Blocked(desk.app)).oneself()),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.exit_code == exit_code
        assert caught.value.reason.endswith(".")


def test_what_a_program_needs_is_imported_from_one_place() -> None:
    named = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert {"ClientError", "FileThere", "RequestRefused"} <= named
    for name in (*named, "Connector", "AsyncConnector", "WantedOffer", "GetResult"):
        assert getattr(client, name).__name__ == name
