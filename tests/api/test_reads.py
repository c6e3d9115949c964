"""A page of many rows makes as many reads of the store as a page of few, and a withdrawal reads no agreement."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from connector.ports.changes import (
    AddUsage,
    FinalizeAgreement,
    PutAgreement,
    PutAsset,
    PutBlock,
    PutHold,
    PutProcess,
    RecordConsent,
    RecordDuty,
    RecordEvent,
)
from connector.ports.entities import Block, CountedUse, DataClass, DutyState
from connector.ports.store import Store
from connector.protocol.dsp.common import Role
from tests.contract import values
from tests.support.plane import OWNER, Desk

LISTINGS = (
    "agreements", "assets", "audit", "blocks", "consents", "events", "holds", "negotiations", "participants",
    "subscriptions", "transfers", "uses",
)  # fmt: skip


PRIVACY = {"privacy/processing", "privacy/late-duties"}
"""Listings of offers with their agreements and of agreements with their duties, which need their own rows."""


async def _fill(desk: Desk, count: int) -> None:
    for at in range(count):
        agreement = values.agreement(f"urn:a:{at}", dataset=f"urn:d:{at}", document=b'{"@type": "Agreement"}')
        use = CountedUse(
            owner=OWNER, agreement_id=agreement.key, flow_id=f"urn:t:{at}", counterparty=agreement.counterparty,
            dataset=agreement.dataset, providing=True, at=at, bytes_moved=1,
        )  # fmt: skip
        usage = AddUsage(
            owner=OWNER,
            agreement_id=agreement.key,
            flow_id=f"urn:t:{at}",
            bytes_moved=1,
            uses=1,
            max_uses=None,
            use=use,
            at=at,
        )
        await desk.store.commit(
            [
                PutAsset(values.asset(f"urn:d:{at}"), None),
                PutAgreement(agreement),
                FinalizeAgreement(OWNER, agreement.key, 6),
                PutProcess(values.negotiation(f"urn:n:{at}"), None),
                PutProcess(values.transfer(f"urn:t:{at}"), None),
                PutHold(values.hold(f"urn:n:{at}")),
                PutBlock(Block(owner=OWNER, participant=f"urn:p:{at}", at=1, by="chief", reason="")),
                RecordConsent(values.consent(f"{at:064x}")),
                RecordEvent(values.event(f"urn:e:{at}", begun=True)),
                usage,
            ]
        )


def _count_reads(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    reads: list[str] = []

    def counted(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def read(*args: Any, **more: Any) -> Any:
            reads.append(name)
            return method(*args, **more)

        return read

    for name, _ in inspect.getmembers(Store, inspect.iscoroutinefunction):
        monkeypatch.setattr(desk.store, name, counted(name, getattr(desk.store, name)))
    return reads


@pytest.mark.parametrize("listing", LISTINGS)
async def test_a_page_of_fifty_makes_a_few_reads(desk: Desk, listing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await _fill(desk, 60)
    reads = _count_reads(desk, monkeypatch)
    async with desk.client("chief") as client:
        answer = await client.get(f"/v1/{listing}")
        assert answer.status_code == 200, answer.text
    assert 0 < len(reads) <= 3, reads


@pytest.mark.parametrize("listing", sorted(PRIVACY))
async def test_a_page_for_privacy_makes_a_few_reads(desk: Desk, listing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = b'{"@type":"Agreement","@id":"urn:a","target":"urn:d","assigner":"urn:a","assignee":"urn:b",'
    document += b'"obligation":[{"uid":"urn:duty","action":"delete"}],"permission":[{"action":"use"}]}'
    for at in range(20):
        agreement = values.agreement(f"urn:a:{at}", dataset=f"urn:d:{at}", role=Role.PROVIDER, document=document)
        late = values.duty("urn:duty", agreement_id=agreement.key, state=DutyState.VIOLATED)
        asset = values.asset(f"urn:d:{at}", data_class=DataClass.PERSONAL)
        await desk.store.commit([PutAsset(asset, None), PutAgreement(agreement), RecordDuty(late)])
    reads = _count_reads(desk, monkeypatch)
    async with desk.client("chief") as client:
        answer = await client.get(f"/v1/{listing}", params={"limit": 10})
        assert len(answer.json()["items"]) == 10, answer.text
    assert len(reads) <= 6, reads


async def test_every_listing_is_looked_at(desk: Desk) -> None:
    paths = desk.app.openapi()["paths"]
    read = {path.removeprefix("/v1/"): methods["get"] for path, methods in paths.items() if "get" in methods}
    paged = {path for path, get in read.items() if "after" in {entry["name"] for entry in get.get("parameters", ())}}
    # What was received is a folder, needs are at the broker, not in the store, and usage reads each month once. An
    # issuer is another process; its listings are one read each.
    # A stream goes on behind a position.
    elsewhere = {"received", "needs", "notices", "usage", "issuer/requests", "issuer/credentials"}
    elsewhere |= {"transfers/{id}/stream"}
    assert {"agreements", "audit", "uses"} <= paged - elsewhere - PRIVACY <= set(LISTINGS)


async def test_a_withdrawal_from_an_asset_reads_no_agreement(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await _fill(desk, 3)
    for at in range(100):
        agreement = values.agreement(f"urn:more:{at}", dataset="urn:d:1")
        await desk.store.commit([PutAgreement(agreement), FinalizeAgreement(OWNER, agreement.key, 6)])
    reads = _count_reads(desk, monkeypatch)
    async with desk.client() as client:
        answer = await client.post("/v1/assets/urn%3Ad%3A1/withdraw")
    assert answer.json()["agreements"] == 101
    assert sorted(reads) == ["asset", "commit", "in_force", "running", "waiting"]


async def test_a_withdrawal_that_ends_agreements_ends_each_that_is_in_force(desk: Desk) -> None:
    await _fill(desk, 2)
    for at in range(250):
        agreement = values.agreement(f"urn:more:{at}", dataset="urn:d:1")
        await desk.store.commit([PutAgreement(agreement), FinalizeAgreement(OWNER, agreement.key, 6)])
    async with desk.client() as client:
        path = "/v1/assets/urn%3Ad%3A1/withdraw"
        answer = await client.post(path, json={"end_agreements": True, "reason": "Over."})
    assert answer.json()["agreements"] == 0
    assert await desk.store.in_force(OWNER, "urn:d:1") == 0
    assert await desk.store.in_force(OWNER, "urn:d:0") == 1


async def test_a_wait_reads_its_negotiation_after_each_commit_and_nothing_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.store.commit([PutProcess(values.negotiation("urn:n:1", held=False), None)])
    reads = _count_reads(desk, monkeypatch)
    async with desk.client() as client:
        waiting = asyncio.create_task(client.get("/v1/negotiations/urn%3An%3A1/wait?timeout=60"))
        for state in ("AGREED", "VERIFIED", "FINALIZED"):
            while "negotiation" not in reads:  # noqa: ASYNC110 - a read has no event
                await asyncio.sleep(0)
            reads.clear()
            await desk.become("urn:n:1", state)
        assert (await waiting).json()["state"] == "FINALIZED"
    assert reads.count("hold") == 1
    assert set(reads) <= {"negotiation", "transfer", "commit", "hold"}


async def test_the_duties_of_an_agreement_show_its_newest_transfers_only(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = b'{"@type":"Agreement","@id":"urn:agreement:1","target":"urn:d","assigner":"urn:a","assignee":"urn:b",'
    document += b'"obligation":[{"uid":"urn:duty","action":"odrl:inform"}],"permission":[{"action":"use"}]}'
    await desk.agree("urn:agreement:1", role=Role.PROVIDER, document=document)
    for at in range(60):
        transfer = values.transfer(f"urn:t:{at}", role=Role.PROVIDER, agreement_id="urn:agreement:1")
        event = values.duty("urn:duty", state=DutyState.FULFILLED, occasion=transfer.id)
        await desk.store.commit([PutProcess(transfer, None), RecordDuty(event)])
    await desk.store.commit([RecordDuty(values.duty("urn:duty", state=DutyState.FULFILLED))])
    reads = _count_reads(desk, monkeypatch)
    async with desk.client() as client:
        (duty,) = (await client.get("/v1/agreements/urn%3Aagreement%3A1/duties")).json()
    assert len(duty["events"]) == 51
    assert duty["state"] == "fulfilled"
    assert len(reads) <= 4, reads
