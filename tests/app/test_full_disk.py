"""A full disk under a whole folder: a connector is not ready, a broker goes on answering; both work again with room."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from connector.dataplane.files.space import measure_disk
from connector.ports.broker_store import Delta
from connector.ports.changes import PutBackoff
from connector.ports.entities import Backoff
from connector.ports.store_errors import Unavailable
from connector.store.sqlite.record.record import open_record
from tests.broker.searching import make_searching
from tests.contract.test_record import NOW, entry, source
from tests.pair.space import SOON, Space
from tests.support.disk import small_disk


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """The folder of the city on a disk of 8 MiB."""
    with small_disk(tmp_path / "small") as folder:
        yield folder


async def test_a_connector_on_a_full_disk_is_not_ready_and_recovers_without_a_restart(small: Path) -> None:
    made = Space(small)
    made.found("city", "firm")
    city = await made.join("city", SOON)
    transport = httpx.ASGITransport(city.connector.management())
    async with httpx.AsyncClient(transport=transport, base_url="http://management") as client:
        assert (await client.get("/ready")).status_code == 503  # the worker is not started here
        assert (await client.get("/ready")).json()["checks"]["space"] == "ok"
        ballast = small / "ballast"
        ballast.write_bytes(bytes(measure_disk(small)[0]))
        checks = (await client.get("/ready")).json()["checks"]
        assert "make room" in checks["space"]
        store, refused = city.connector.context.store, 0
        for count in range(400):
            row = Backoff(owner="default", peer=f"{count}-{'x' * 4000}", failures=1, until=1)
            try:
                await store.commit([PutBackoff(row)])
            except Unavailable:
                refused += 1
        assert refused, "the disk is full, and every write was accepted"
        answer = await client.post("/v1/events/begin", json={"name": "x" * 100}, headers={"X-Api-Key": "city"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store-full")
        assert "make room" in answer.json()["error"]["reason"]
        ballast.unlink()
        assert (await client.get("/ready")).json()["checks"]["space"] == "ok"
        await store.commit([PutBackoff(Backoff(owner="default", peer="last", failures=1, until=1))])
    await made.leave("city")


async def test_a_broker_on_a_full_disk_goes_on_answering_and_loses_nothing_that_it_took(small: Path) -> None:
    record = await open_record(small / "record.db")
    searching = await make_searching(record, small / "index", now=NOW)
    taken, refused, behind = set[str](), 0, 0

    async def take(name: str) -> None:
        await record.apply(Delta(source=source(), upserts=(entry(name, "Wald", document=b"x" * 20_000),)), NOW)
        taken.add(name)

    await take("first")
    await searching.follow()
    ballast = small / "ballast"
    ballast.write_bytes(bytes(measure_disk(small)[0]))
    for number in range(100):
        try:
            await take(f"urn:{number}")
        except Unavailable:
            refused += 1
        try:
            await searching.follow()
        except Unavailable:
            behind += 1
    assert refused, "the disk is full, and every write was accepted"
    found = await searching.ids("wald")
    assert "first" in found
    assert set(found) <= taken
    ballast.unlink()
    await take("last")
    await searching.follow()
    assert set(await searching.ids("wald")) == taken
    rows, _ = await record.view().entries(None, 200)
    assert {row.id for row in rows} == taken
    await searching.index.close()
    await record.close()
