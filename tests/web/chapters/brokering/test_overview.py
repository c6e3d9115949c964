"""The first page of the operator: figures, what needs a person, and the index with its progress."""

import asyncio

import httpx
import pytest

from connector.ports.entities import UserRole
from connector.views.sources import BrokerStatusView
from connector.web.chapters.brokering import overview
from tests.web.office import Reading
from tests.web.public.square import Square


async def test_figures_and_what_needs_a_person(square: Square, operator: httpx.AsyncClient) -> None:
    square.problem = "The participant list ends soon: publish a new one."
    page = Reading((await operator.get("/betrieb")).text)
    for said in ("gezeigte Angebote 2", "zurückgehalten 3", "Tests 1", "Quellen 6", "Stadtwerke", "gilt noch 20 Tage"):
        assert said in page.text
    assert "Die Suche ist auf dem neuesten Stand." in page.text


async def test_the_index_is_built_anew_while_the_page_shows_how_far(
    square: Square, operator: httpx.AsyncClient
) -> None:
    answer = await operator.post("/betrieb/index")
    assert answer.headers["location"] == "/betrieb?fertig=index"
    await square.searching.index.rebuild()
    page = Reading((await operator.get("/betrieb?fertig=index")).text)
    assert "Der Index wird neu aufgebaut: 0 %" in page.text
    assert "Der bisherige Index antwortet weiter." in page.text
    await square.searching.follow()
    assert "Die Suche ist auf dem neuesten Stand." in (await operator.get("/betrieb")).text


@pytest.mark.parametrize(
    ("index_at", "building_at", "percent"),
    [(8, None, None), (8, 2, 25), (None, None, 0), (8, 0, 0), (8, 9, 100)],
    ids=["follows", "a quarter", "none answers", "begun", "ahead"],
)
def test_the_progress_is_how_far_the_changes_were_followed(
    index_at: int | None, building_at: int | None, percent: int | None
) -> None:
    status = BrokerStatusView(
        sources={}, marks={}, entries=0, withheld=0, tests=0, last_change=8, index_at=index_at,
        building_at=building_at, active=0, due=0,
    )  # fmt: skip
    assert overview._measure(status) == percent


async def test_the_state_is_streamed_until_the_process_stops(square: Square) -> None:
    browser = await square.sign_in(UserRole.OPERATOR)
    pages = square.app._pages
    asyncio.get_running_loop().call_later(0.2, pages.stopping.set)
    answer = await browser.get("/betrieb/laufend", headers={"accept": "text/event-stream"})
    assert answer.text.startswith("data: ")
    assert "gezeigte Angebote" in answer.text
