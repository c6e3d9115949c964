"""The commands of docs/search.md, as they stand: a connector that asks a broker with offers."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from connector.api.frame.desk import install_desk
from connector.app.listeners import Listeners
from connector.store.sqlite.board.board import open_board
from tests.api.board.conftest import AIR, ROADS, BoardWorld
from tests.broker.world import titled
from tests.docs.pages import ROOT, marked
from tests.support.plane import Desk

EXPECTED = {
    "find": ("Zählstellen für Fahrräder", "parts: rad, zahlstellen", '"total": 0'),
    "save": ("The search is saved as", "/v1/feeds/", "Radverkehr"),
    "need": ("is posted", "Zählstellen für Fahrräder", "An offer matches your need", "is closed"),
}


class Asking:
    """The way from a connector to a broker, as the department of roads."""

    def __init__(self, broker: BoardWorld) -> None:
        self.broker = broker

    async def search(self, query: Mapping[str, str | Sequence[str]]) -> bytes:
        return await self.ask("GET", "search", query)

    async def ask(self, method: str, path: str, query: Any = None, body: bytes | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {ROADS}", "Content-Type": "application/json"}
        answer = await self.broker.http.request(method, f"/v1/{path}", params=query, content=body, headers=headers)
        assert answer.status_code in {200, 201}, answer.text
        await self.broker.teller.follow()
        return answer.content


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a management API whose broker has a few offers."""
    board = await open_board(tmp_path / "board.db")
    broker = BoardWorld(board)
    broker.space.catalogues[AIR].offers.append(titled("bikes", "Zählstellen des Radverkehrs"))
    await broker.crawl()
    desk, asking = Desk(tmp_path / "received"), Asking(broker)
    install_desk(desk.app, msgspec.structs.replace(desk.values, search=asking.search, broker=asking.ask))
    listeners = Listeners()
    await listeners.open_asgi("management", desk.app, "127.0.0.1", 0, public=False)
    yield listeners.addresses["management"]
    await listeners.close()
    await broker.http.aclose()
    await broker.searching.index.close()
    await board.close()


@pytest.mark.parametrize("step", EXPECTED)
async def test_the_commands_of_the_page_run(step: str, address: str, tmp_path: Path) -> None:
    assert httpx.URL(address).host == "127.0.0.1"
    tool = tmp_path / "datenkontor"
    tool.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c \'from connector.cli.main import run; run()\' "$@"\n', "utf-8"
    )
    tool.chmod(0o755)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DATENKONTOR_")}
    process = await asyncio.create_subprocess_exec(
        *("bash", "-e", "-o", "pipefail", "-c", marked("docs/search.md", "search")[step].text),
        env=plain
        | {
            "PATH": f"{tmp_path}:{plain['PATH']}",
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "DATENKONTOR_LANG": "en",
            "DATENKONTOR_URL": address,
            "DATENKONTOR_KEY": "chief",
            "NO_PROXY": "*",
        },
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    said = output.decode()
    assert process.returncode == 0, said
    for words in EXPECTED[step]:
        assert words in said, said
