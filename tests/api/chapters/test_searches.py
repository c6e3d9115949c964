"""Saved searches over the management API: passed on to the broker."""

from typing import Any

import msgspec
import pytest

from tests.support.plane import Desk

ORDER = {"name": "Bicycles", "parameters": {"q": "bicycles"}}

HOOK = {"url": "https://hooks.example/bicycles"}


@pytest.mark.parametrize(
    ("method", "path", "body", "asked", "status"),
    [
        ("GET", "searches", None, "searches", 200),
        ("POST", "searches", ORDER, "searches", 201),
        ("PUT", "searches/urn:s%2F1", ORDER, "searches/urn%3As%2F1", 404),
        ("PUT", "searches/urn:s", ORDER, "searches/urn%3As", 200),
        ("DELETE", "searches/s", None, "searches/s", 200),
        ("POST", "searches/s/feed", None, "searches/s/feed", 200),
        ("POST", "searches/s/seen", {"seen": 7}, "searches/s/seen", 200),
        ("PUT", "searches/s/webhook", HOOK, "searches/s/webhook", 200),
        ("POST", "searches/s/webhook/resume", None, "searches/s/webhook/resume", 200),
        ("DELETE", "searches/s/webhook", None, "searches/s/webhook", 200),
        ("GET", "searches/s/new?since=3", None, "searches/s/new", 200),
    ],
)
async def test_a_request_goes_to_the_broker(
    desk: Desk, method: str, path: str, body: Any, asked: str, status: int
) -> None:
    async with desk.client() as client:
        answer = await client.request(method, f"/v1/{path}", json=body)
    assert answer.status_code == status, answer.text
    if status != 404:
        sent = desk.searched[-1]
        assert (sent["method"], sent["path"]) == (method, asked)
        assert (msgspec.json.decode(sent["body"]) if sent["body"] else None) == body
        assert sent["query"] == ({"after": "3"} if "since" in path else None)
