"""A broker with its board, asked by several participants."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.api.board.frame import BoardDesk
from connector.api.board.mounting import add_board
from connector.broker.board.posting import PostOffice, WebhookPoster
from connector.broker.board.telling import Teller
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.store.sqlite.board.board import SqliteBoard, open_board
from connector.store.sqlite.board.webhooks import SqliteWebhooks
from tests.api.portals.conftest import SiteWorld
from tests.broker.describing.published import SITE
from tests.broker.world import CITY, Catalogue, titled
from tests.support.transport import InProcess

ROADS, AIR = CITY + "tiefbauamt", CITY + "umweltamt"


def make_poster(world: SiteWorld, board: SqliteBoard, teller: Teller) -> WebhookPoster:
    """Return a poster that reaches nobody."""
    policy = net_policy()
    client = GuardedClient(policy, InProcess())
    office = PostOffice(
        directory=world.space,
        policy=policy,
        listed=client,
        public=client,
        now=lambda: world.space.now,
        new_id=lambda: "event",
    )
    return WebhookPoster(world.record, world.searching.index, board, SqliteWebhooks(board), office, teller.followers)


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
        self.webhooks = SqliteWebhooks(board)
        self.poster = make_poster(self, board, self.teller)
        numbers = iter(range(1, 1_000))
        add_board(
            self.app,
            BoardDesk(
                board=board,
                record=self.record,
                index=self.searching.index,
                teller=self.teller,
                webhooks=self.webhooks,
                poster=self.poster,
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
