"""A full disk under the whole folder of a connector: it is not ready, and works again when there is room."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from connector.dataplane.files.space import measure_disk
from connector.ports.changes import PutBackoff
from connector.ports.entities import Backoff
from connector.ports.store_errors import Unavailable
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
