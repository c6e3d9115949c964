"""Pages of the catalogue at the DSP endpoint, in process: what one page costs, and how that grows with the offers."""

import asyncio
import itertools
import time
from pathlib import Path

import msgspec

from connector.controlplane import assets, catalog
from connector.controlplane.library import Library, operands
from connector.controlplane.plane import Limits, Plane
from connector.controlplane.watch import Watch
from connector.ports.changes import PutAsset
from connector.ports.entities import Asset, AssetStatus, DataClass
from connector.ports.identity import Caller
from connector.ports.store import Store
from connector.store.sqlite.store import open_store
from tests.benchmarks.figures import Figure, figure, percentile
from tests.support.plane import ME, NOW, OWNER, Listed, ScriptedDataPlane, ScriptedPeer

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 30
CALLER = Caller(participant="urn:participant:firm", claims={}, evidence={}, replay_key=None)


def measure(base: Path) -> list[Figure]:
    """Return the milliseconds of pages of 50 and 500 out of 10,000, and the growth per offer to 100,000."""
    return asyncio.run(_measure(base))


async def _measure(base: Path) -> list[Figure]:
    spent: dict[tuple[int, int], float] = {}
    for size in SIZES:
        plane = _plane(await open_store(base / f"{size}.sqlite"))
        await _fill(plane, size)
        for limit in (50, 500):
            rounds = []
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                answer = await catalog.provide(plane, CALLER, limit=limit)
                rounds.append(time.perf_counter() - begun)
                assert answer.next is not None
            spent[size, limit] = percentile(rounds, 0.5) * 1000
        await plane.store.close()
    return [
        figure("catalog.page_50_of_10000_ms", spent[10_000, 50], "ms"),
        figure("catalog.page_500_of_10000_ms", spent[10_000, 500], "ms"),
        figure("catalog.growth", spent[100_000, 50] / spent[1_000, 50], "ratio"),
    ]


def _plane(store: Store) -> Plane:
    serial = itertools.count(1)
    return Plane(
        owner=OWNER,
        participant=ME,
        address=f"{ME}/dsp/2025-1",
        store=store,
        identity=Listed(),
        peer=ScriptedPeer(),
        dataplane=ScriptedDataPlane(),
        library=Library(operands()),
        now=lambda: NOW,
        new_id=lambda: f"urn:id:{next(serial)}",
        wake=lambda _: None,
        watch=Watch(),
        announce=lambda: None,
        address_problem=lambda *_: None,
        limits=Limits(),
    )


async def _fill(plane: Plane, size: int) -> None:
    draft = assets.Draft(title={"en": "Readings of a sensor"}, source={"kind": "none"}, keywords=("sensor", "air"))
    first = await assets.add(plane, draft)
    published = await assets.publish(plane, first.id)
    store = plane.store
    for begin in range(1, size, 200):
        group = [PutAsset(_copy(published, number), None) for number in range(begin, min(begin + 200, size))]
        await store.commit(group)


def _copy(asset: Asset, number: int) -> Asset:
    return msgspec.structs.replace(
        asset,
        id=f"urn:uuid:{number:08}",
        offer_id=f"urn:uuid:offer-{number:08}",
        status=AssetStatus.PUBLISHED,
        data_class=DataClass.OPEN,
        created_at=number,
        version=1,
    )
