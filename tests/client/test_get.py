"""The whole way in one call."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from connector.client.frame.errors import (
    RequestRefused,
    StillWaiting,
)
from connector.client.frame.flow import Progress
from connector.client.get import WantedOffer
from connector.views.search import HitView
from tests.client.calls import awaited
from tests.support.plane import CITY, Desk

CSV = b"station;no2\n" + b"1;23\n" * 1000


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
        hit = HitView(participant=CITY, id="urn:dataset:air")
        with pytest.raises(StillWaiting) as first:
            await connector.get(hit, tmp_path / "x", timeout_s=0)
        await desk.hold(first.value.process_id, "A person looks at it.")
        with pytest.raises(StillWaiting, match="A person looks at it") as second:
            await connector.get(hit, tmp_path / "x", timeout_s=0)
    assert first.value.process_id == second.value.process_id
    assert second.value.exit_code == 6
