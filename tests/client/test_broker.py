"""Both clients of a broker's management API offer the same, and read what it answers."""

import asyncio
import inspect
from typing import Any

import httpx
import msgspec
import pytest

from connector.client.broker import AsyncBrokerClient, BrokerClient
from connector.client.frame.errors import RequestRefused

ACT = {
    "number": 1,
    "at": "2026-03-01T08:00:00Z",
    "act": "hide",
    "participant": "urn:a",
    "dataset": "urn:x",
    "reason": "Doppelt.",
    "by": "admin",
}


def answering(value: Any, status: int = 200) -> tuple[httpx.MockTransport, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, content=msgspec.json.encode(value))

    return httpx.MockTransport(answer), asked


def test_both_clients_offer_the_same() -> None:
    methods = {
        kind: {
            name: inspect.signature(method)
            for name, method in vars(kind).items()
            if not name.startswith("_") and callable(method)
        }
        for kind in (BrokerClient, AsyncBrokerClient)
    }
    assert methods[BrokerClient].keys() == methods[AsyncBrokerClient].keys()
    assert len(methods[BrokerClient]) > 15


def test_an_act_is_sent_and_its_answer_read() -> None:
    transport, asked = answering({"act": ACT, "followed": True})
    with BrokerClient("http://broker", "key", transport=transport) as broker:
        done = broker.hide("urn:a", "urn:x", "Doppelt.")
    assert done.act is not None
    assert done.act.act == "hide"
    assert (asked[0].method, asked[0].url.path) == ("POST", "/v1/moderation/hide")
    assert msgspec.json.decode(asked[0].content)["reason"] == "Doppelt."


def test_the_asynchronous_client_reads_pages() -> None:
    transport, asked = answering({"items": [ACT], "next": "a"})

    async def read() -> str | None:
        async with AsyncBrokerClient("http://broker", "key", transport=transport) as broker:
            return (await broker.list_acts(participant="urn:a", limit=1)).next

    assert asyncio.run(read()) == "a"
    assert dict(asked[0].url.params) == {"participant": "urn:a", "limit": "1"}


def test_a_refusal_is_an_error_with_its_code() -> None:
    transport, _ = answering({"error": {"code": "changed-since", "reason": "A later act."}}, 409)
    with BrokerClient("http://broker", "key", transport=transport) as broker, pytest.raises(RequestRefused) as refused:
        broker.undo(1)
    assert refused.value.code == "changed-since"
