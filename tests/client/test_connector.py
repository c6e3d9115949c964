"""The client against a real management API in process, blocking and awaited."""

import asyncio
import hashlib
import inspect
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.client import AsyncConnector, Connector
from connector.client.chapters.search import Hit
from connector.client.frame.errors import (
    InvalidRequest,
    KeyRefused,
    NotFound,
    PeerUnreachable,
    RequestRefused,
    StillWaiting,
)
from connector.client.frame.flow import Progress
from connector.client.get import WantedOffer
from connector.ports.peer import InDoubt
from tests.support.plane import CITY, DATASET, Blocked, Desk

CSV = b"station;no2\n" + b"1;23\n" * 1000
SOURCE = {"kind": "file", "path": "air.csv"}


@pytest.fixture
def connector(desk: Desk) -> Iterator[Connector]:
    with Connector("http://connector", "chief", transport=Blocked(desk.app)) as made:
        yield made


def awaited(desk: Desk) -> AsyncConnector:
    transport = httpx.ASGITransport(desk.app, raise_app_exceptions=False)
    return AsyncConnector("http://connector", "writer", transport=transport)


def test_both_clients_offer_the_same() -> None:
    transport: Any = httpx.MockTransport(lambda _: httpx.Response(500))
    one, other = Connector("http://x", "k", transport=transport), AsyncConnector("http://x", "k", transport=transport)
    chapters = [name for name in vars(one) if not name.startswith("_") and name != "driver"]
    assert len(chapters) == 11
    for here, there in [(one, other), *((getattr(one, name), getattr(other, name)) for name in chapters)]:
        named = [name for name in dir(here) if not name.startswith("_")]
        assert named == [name for name in dir(there) if not name.startswith("_")]
        for name in named:
            method, twin = getattr(here, name), getattr(there, name)
            if callable(method) and name != "close":
                assert inspect.signature(method) == inspect.signature(twin), name
                assert method.__doc__


def test_an_asset_is_published_and_found_again(connector: Connector) -> None:
    drafted = connector.assets.add("Luft", SOURCE, id="urn:a/b c", description={"en": "Air"}, data_class="open")
    assert (drafted.status, drafted.title) == ("draft", {"de": "Luft"})
    assert connector.assets.publish("urn:a/b c", release=True).status == "published"
    assert connector.assets.show("urn:a/b c").created_at == datetime(2025, 11, 24, 16, tzinfo=UTC)
    withdrawn = connector.assets.withdraw("urn:a/b c")
    assert (withdrawn.asset.status, withdrawn.agreements, withdrawn.running) == ("withdrawn", 0, 0)
    assert connector.oneself().scopes == ("admin", "read", "write")


def test_what_people_said_is_recorded_and_withdrawn(connector: Connector) -> None:
    until = datetime(2027, 1, 1, tzinfo=UTC)
    assert connector.consents.add("anna", "dpv:PublicBenefit", until=until).recorded == 1
    entries = [{"subject": name, "purpose": "dpv:Marketing", "state": None} for name in ("bert", "cem")]
    assert connector.consents.record(entries).recorded == 2
    assert [entry.until for entry in connector.consents.lookup("anna").items] == [until]
    assert connector.consents.withdraw("bert").items[0].state.endswith("ConsentWithdrawn")
    assert len(list(connector.consents.all(limit=2))) == 4


def test_listings_are_read_page_by_page(connector: Connector) -> None:
    for number in range(5):
        connector.assets.add("Luft", SOURCE, id=f"urn:a:{number}")
    page = connector.assets.list(limit=2)
    assert [asset.id for asset in page.items] == ["urn:a:4", "urn:a:3"]
    assert [asset.id for asset in connector.assets.all(limit=2)] == [f"urn:a:{number}" for number in (4, 3, 2, 1, 0)]
    assert next(connector.assets.all(limit=2, after=page.next)).id == "urn:a:2"
    assert [entry.id for entry in connector.participants.all(limit=1)] == [CITY, "https://me.example"]


async def test_listings_are_read_page_by_page_awaited(desk: Desk) -> None:
    desk.peer.datasets = [DATASET, {**DATASET, "@id": "urn:dataset:noise"}]
    async with awaited(desk) as connector:
        found = [dataset["@id"] async for dataset in connector.catalog.all(CITY)]
        assert (await connector.catalog.dataset(CITY, "urn:dataset:air")) == DATASET
    assert found == ["urn:dataset:air", "urn:dataset:noise"]


def test_a_search_gives_hits(connector: Connector, desk: Desk) -> None:
    hits = connector.search("Luft", theme="ENVI")
    assert (hits.items[0], hits.total) == (Hit(participant=CITY, id="urn:dataset:air"), 1)
    assert desk.searched[0]["theme"] == "ENVI"


def test_errors_have_a_kind_a_reason_and_an_exit_code(connector: Connector, desk: Desk) -> None:
    desk.peer.failure = InDoubt(reason="It did not answer.")
    for kind, exit_code, call in (
        (NotFound, 3, lambda: connector.negotiations.show("none")),
        (InvalidRequest, 2, lambda: connector.assets.add("", SOURCE)),
        (PeerUnreachable, 5, lambda: connector.catalog.fetch(CITY)),
        (RequestRefused, 4, lambda: [connector.assets.add("x", SOURCE, id="urn:a") for _ in range(2)]),
        (KeyRefused, 4, lambda: Connector("http://x", "guessed", transport=Blocked(desk.app)).oneself()),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert caught.value.exit_code == exit_code
        assert caught.value.reason.endswith(".")


async def test_a_negotiation_is_waited_for(desk: Desk) -> None:
    async with awaited(desk) as connector:
        begun = await connector.negotiations.start(CITY, "urn:dataset:air")
        waiting = asyncio.create_task(connector.negotiations.wait(begun.id, timeout_s=60))
        await desk.become(begun.id, "TERMINATED", reason="not for you")
        ended = await waiting
        assert ended.ended is not None
        assert (ended.state, ended.ended.reason) == ("TERMINATED", "not for you")
        other = await connector.negotiations.start(CITY, "urn:dataset:air")
        assert (await connector.negotiations.wait(other.id, timeout_s=0)).state is None
        await connector.negotiations.terminate(other.id, reason="no need")
        assert [leaf.kind async for leaf in connector.audit.all(process=other.id)][-1] == "ended withdrawn"


async def play(desk: Desk, *, negotiation: str = "FINALIZED", transfer: str = "COMPLETED") -> None:
    """Play the provider: let whatever is begun reach these states, the file with it."""
    while True:
        async with desk.client() as client:
            for entry in (await client.get("/v1/negotiations")).json()["items"]:
                if entry["state"] is None:
                    await desk.agree("urn:agreement:new")
                    reason = "the terms are not met" if negotiation == "TERMINATED" else None
                    await desk.become(entry["id"], negotiation, reason=reason, agreement_id="urn:agreement:new")
            for entry in (await client.get("/v1/transfers")).json()["items"]:
                if entry["state"] is None:
                    old = transfer == "TERMINATED" and entry["agreement_id"] != "urn:agreement:new"
                    desk.arrive(entry["sink"]["path"] + "air.csv", CSV)
                    await desk.become(
                        entry["id"], "TERMINATED" if old else "COMPLETED", reason="expired" if old else None
                    )
        await asyncio.sleep(0)


async def got(desk: Desk, tmp_path: Path, told: list[Progress] | None = None, **script: str) -> Any:
    playing = asyncio.create_task(play(desk, **script))
    try:
        async with awaited(desk) as connector:
            offer = WantedOffer(participant=CITY, dataset="urn:dataset:air")
            return await connector.get(offer, tmp_path / "mine.csv", progress=told.append if told is not None else None)
    finally:
        playing.cancel()


async def test_get_goes_the_whole_way_and_tells_how_far_it_is(desk: Desk, tmp_path: Path) -> None:
    told: list[Progress] = []
    result = await got(desk, tmp_path, told)
    assert (tmp_path / "mine.csv").read_bytes() == CSV
    assert result.saved.files[0].sha256 == hashlib.sha256(CSV).hexdigest()
    assert [entry.step for entry in told if entry.step != "downloading"] == [
        "negotiating",
        "agreed",
        "transferring",
        "done",
    ]
    assert (told[-2].bytes_done, told[-2].bytes_total) == (len(CSV), len(CSV))


async def test_get_uses_an_agreement_that_is_there_and_negotiates_where_it_no_longer_helps(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.agree("urn:agreement:old")
    assert (await got(desk, tmp_path)).agreement == "urn:agreement:old"
    assert (await got(desk, tmp_path, transfer="TERMINATED")).agreement == "urn:agreement:new"


async def test_get_tells_why_the_provider_refuses(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(RequestRefused, match=r"ended by https://city.example: the terms are not met"):
        await got(desk, tmp_path, negotiation="TERMINATED")


async def test_get_that_waits_for_a_person_says_so_and_goes_on_later(desk: Desk, tmp_path: Path) -> None:
    async with awaited(desk) as connector:
        hit = Hit(participant=CITY, id="urn:dataset:air")
        with pytest.raises(StillWaiting) as first:
            await connector.get(hit, tmp_path / "x", timeout_s=0)
        await desk.hold(first.value.process_id, "A person looks at it.")
        with pytest.raises(StillWaiting, match="A person looks at it") as second:
            await connector.get(hit, tmp_path / "x", timeout_s=0)
    assert first.value.process_id == second.value.process_id
    assert second.value.exit_code == 6
