"""The broker's pages are for everybody if it is open, within the rate of an address, and break for nobody."""

import asyncio

import httpx
import pytest

from connector.ports.moderation import MarkKind, ModerationChange
from connector.ports.search_index import IndexPage, Query
from connector.ports.store_errors import Unavailable
from connector.web.public.site import ALWAYS_OPEN, PUBLIC_PAGES
from tests.broker.crawling import until
from tests.broker.world import CITY
from tests.web.public.square import MISSING, PLACES, Square, read


@pytest.mark.parametrize("place", MISSING)
async def test_what_does_not_exist_is_a_page_that_says_so(square: Square, place: str) -> None:
    answer, page = await read(square, place)
    assert answer.status_code == 404
    assert "Das gibt es hier nicht" in page.text


async def test_a_broker_that_is_not_open_explains_itself_alone(square: Square) -> None:
    square.open = False
    for path, _ in PUBLIC_PAGES:
        if "{" in path:
            continue
        answer, page = await read(square, path)
        assert answer.status_code == (200 if path in ALWAYS_OPEN else 403), path
        assert "Straßenbaustellen" not in page.text
    _, page = await read(square, "/suche")
    assert "ist für Teilnehmer des Datenraums" in page.text


async def test_every_page_links_to_the_imprint_and_to_data_protection(square: Square) -> None:
    links = {"imprint": "https://stadt.example/impressum", "privacy": "https://stadt.example/datenschutz"}
    _, before = await read(square, "/")
    assert "Impressum" not in before.text
    square.statements = links
    for path in (*PLACES, "/anmelden"):
        _, page = await read(square, path)
        assert set(links.values()) <= set(page.links()), path
        assert "Impressum Datenschutz" in page.text, path


async def test_an_address_that_asks_too_much_waits(square: Square) -> None:
    square.wait = 7
    answer, _ = await read(square, "/suche")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


async def test_the_readers_of_one_network_are_in_front_of_nobody(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, gate, searching = square.searching.index.find, asyncio.Event(), list[str]()

    async def find_late(query: Query) -> IndexPage:
        searching.append(query.text)
        await gate.wait()
        return await find(query)

    app = square.build()

    async def ask(address: str, text: str) -> None:
        transport = httpx.ASGITransport(app, client=(address, 4711))
        async with httpx.AsyncClient(transport=transport, base_url=square.address) as browser:
            await browser.get("/suche", params={"q": text})

    monkeypatch.setattr(square.searching.index, "find", find_late)
    one = [asyncio.create_task(ask(f"2001:db8::{at}", "baum")) for at in range(1, 10)]
    other = asyncio.create_task(ask("2001:db8:0:1::1", "luft"))
    await until(lambda: "luft" in searching)
    assert searching == ["baum"] * 4 + ["luft"]
    gate.set()
    await asyncio.gather(*one, other)
    assert searching.count("baum") == 9


async def test_an_index_that_cannot_answer_is_looked_after(square: Square, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_query: object) -> None:
        raise Unavailable("The index is being built.")

    monkeypatch.setattr(square.searching.index, "find", fail)
    answer, page = await read(square, "/")
    assert answer.status_code == 200
    assert "wird gerade neu eingelesen" in page.text
    assert square.searching.projector._wake.is_set()


@pytest.mark.parametrize("kind", [MarkKind.HIDDEN, MarkKind.TEST])
async def test_what_the_operator_hides_or_marks_as_a_test_is_on_no_page(square: Square, kind: MarkKind) -> None:
    shown = [place for place in PLACES if "Straßenbaustellen" in (await read(square, place))[1].text]
    assert len(shown) > 1
    mark = ModerationChange(participant=CITY + "tiefbauamt", dataset="roads", kind=kind, wanted=True, by="admin")
    await square.record.moderate(mark, square.space.now)
    await square.searching.follow()
    assert [place for place in PLACES if "Straßenbaustellen" in (await read(square, place))[1].text] == []
