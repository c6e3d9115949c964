"""No body is read of a caller that has yet to prove who it is: every route of the management APIs and of a broker."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from msgspec.structs import replace

from connector.api import broker as broker_api
from connector.app.broker import build_broker
from tests.api.operating.conftest import OperatorWorld
from tests.app.conftest import listening, space  # noqa: F401 - the fixture
from tests.pair.space import Space
from tests.support.plane import Desk

BODIES = {"POST", "PUT", "PATCH", "DELETE"}
FOR_ALL = {"POST /sparql", "POST /api/action/{name}", "POST /api/3/action/{name}"}
"""What an open broker lets everybody ask."""


def list_bodies(routes: Any) -> Iterator[tuple[str, APIRoute]]:
    """Yield the routes of an application that take a body, each with its method."""
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is not None:
            prefix = getattr(getattr(route, "include_context", None), "prefix", "")
            yield from ((f"{method} {prefix}{one.path}", one) for one in inner for method in one.methods & BODIES)
        elif isinstance(route, APIRoute):
            yield from ((f"{method} {route.path}", route) for method in (route.methods or set()) & BODIES)


async def post_unproven(app: Any, named: str) -> tuple[int, bool]:
    """Return the status of a request without a proof, and whether anything of its body was read."""
    read = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read = True
        yield b"{}"

    method, path = named.split(" ")
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://broker.example") as client:
        target = re.sub(r"\{[^}]*\}", "x", path)
        kind = {"Content-Type": "application/json", "Content-Length": "2"}
        answer = await client.request(method, target, content=body(), headers=kind)
    return answer.status_code, read


@pytest.mark.parametrize("is_open", [False, True], ids=["for members", "open"])
async def test_a_broker_reads_no_body_before_the_token(is_open: bool, space: Space) -> None:  # noqa: F811
    settings = listening(space, "broker")
    settings = replace(settings, broker=replace(settings.broker, open=is_open, sparql=True))
    broker = await build_broker(settings, transport=space.wire)
    app = broker.api
    assert isinstance(app, FastAPI)
    routes = dict(list_bodies(app.routes))
    for named in routes.keys() - (FOR_ALL if is_open else set()):
        assert await post_unproven(app, named) == (401, False), named
    assert len(routes) > 18
    assert routes.keys() > FOR_ALL
    await broker.stop()


async def test_every_route_of_a_broker_with_a_body_asks_who_calls(space: Space) -> None:  # noqa: F811
    broker = await build_broker(listening(space, "broker"), transport=space.wire)
    assert isinstance(broker.api, FastAPI)
    for named, route in list_bodies(broker.api.routes):
        assert any(call in list_calls(route.dependant) for call in (broker_api._caller, broker_api._reader)), named
    await broker.stop()


def list_calls(dependant: Dependant) -> list[Any]:
    """Return all that the dependencies of a route call."""
    return [call for part in dependant.dependencies for call in (part.call, *list_calls(part))]


async def test_the_management_apis_read_no_body_before_the_key(desk: Desk) -> None:
    operated = OperatorWorld()
    counts = []
    for app in (desk.app, operated.operator_app):
        named = [name for name, _ in list_bodies(app.routes)]
        counts.append(len(named))
        for one in named:
            assert await post_unproven(app, one) == (401, False), one
    assert counts[0] > 40
    assert counts[1] > 10
    await operated.http.aclose()
