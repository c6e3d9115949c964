"""The management API is loaded at its first request, beside the loop, and a start loads nothing of it."""

import asyncio
import subprocess
import sys
import threading

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from connector.app.late import LateApplication


async def test_several_first_requests_load_it_once_and_the_loop_goes_on_meanwhile() -> None:
    loads: list[int] = []
    gate = threading.Event()

    def load() -> ASGIApp:
        gate.wait(10)
        loads.append(1)
        return PlainTextResponse("here")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(LateApplication(load)), base_url="http://x") as client:
        asked = [asyncio.create_task(client.get("/")) for _ in range(5)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in asked)
        gate.set()
        assert {answer.text for answer in await asyncio.gather(*asked)} == {"here"}
        assert (await client.get("/")).text == "here"
    assert len(loads) == 1


async def test_a_load_that_fails_fails_its_request_and_the_next_one_tries_again() -> None:
    results = [OSError("no space left"), PlainTextResponse("here")]

    def load() -> ASGIApp:
        result = results.pop(0)
        if isinstance(result, OSError):
            raise result
        return result

    async with httpx.AsyncClient(transport=httpx.ASGITransport(LateApplication(load)), base_url="http://x") as client:
        with pytest.raises(OSError, match="no space left"):
            await client.get("/")
        assert (await client.get("/")).text == "here"


def test_a_start_loads_neither_the_management_api_nor_a_library_that_only_people_need() -> None:
    told = "import sys, connector.cli.commands.serve, connector.app.connector; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True).stdout.split()
    assert "aiohttp" in loaded
    assert not {"fastapi", "pydantic", "rdflib", "pyld", "httpx", "rich"} & set(loaded)
