"""A broker with its board, asked by several participants."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.api.board.frame import BoardDesk
from connector.api.board.mounting import add_board
from connector.broker.board.telling import Teller
from connector.store.sqlite.board.board import SqliteBoard, open_board
from tests.api.portals.conftest import SiteWorld
from tests.broker.describing.published import SITE
from tests.broker.world import CITY, Catalogue, titled

ROADS, AIR = CITY + "tiefbauamt", CITY + "umweltamt"


class BoardWorld(SiteWorld):
    """A space with the board of its broker; the department of roads asks unless said otherwise."""

    def __init__(self, board: SqliteBoard, *, is_open: bool = False) -> None:
        super().__init__(
            is_open=is_open,
            tiefbauamt=Catalogue(titled("roads", "Baustellen")),
            umweltamt=Catalogue(titled("counts", "Zählstellen für Fahrräder"), titled("air", "Luftqualität")),
        )
        self.board = board
        self.teller = Teller(self.record, self.searching.index, board, now=lambda: self.space.now)
        numbers = iter(range(1, 1_000))
        add_board(
            self.app,
            BoardDesk(
                board=board,
                record=self.record,
                index=self.searching.index,
                teller=self.teller,
                site=SITE,
                now=lambda: self.space.now,
                new_id=lambda: f"id-{next(numbers)}",
                new_secret=lambda: f"secret-{next(numbers)}",
            ),
        )

    async def ask(self, method: str, path: str, body: Any = None, *, by: str = ROADS, **query: Any) -> httpx.Response:
        """Send a request as a participant, or as nobody."""
        headers = {"Authorization": f"Bearer {by}"} if by else {"Authorization": ""}
        return await self.http.request(method, f"/v1/{path}", json=body, params=query, headers=headers)

    async def said(self, method: str, path: str, body: Any = None, *, by: str = ROADS, **query: Any) -> Any:
        """Return the answer to a request that succeeds."""
        answer = await self.ask(method, path, body, by=by, **query)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, body: Any = None, *, by: str = ROADS) -> tuple[int, str]:
        """Return the status and the code of a request that fails."""
        answer = await self.ask(method, path, body, by=by)
        error = answer.json()["error"]
        assert error["reason"].endswith(".")
        return answer.status_code, error["code"]


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[BoardWorld]:
    board = await open_board(tmp_path / "board.db")
    made = BoardWorld(board)
    await made.crawl()
    yield made
    await made.http.aclose()
    await made.searching.index.close()
    await board.close()
