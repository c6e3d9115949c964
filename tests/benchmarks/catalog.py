"""Pages of the catalogue at the DSP endpoint of a provider's process: what one page costs, and how that grows.

Every page is asked for with a fresh signed token and read whole; the baseline is the version document, a round trip of
HTTP to the same listener that only answers.
"""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import aiohttp
import msgspec

from connector.app.parts import OWNER, Parts, build_parts
from connector.cli.demo.stage import Stage
from connector.ports.changes import PutAsset
from connector.ports.entities import Asset, PageBounds
from connector.ports.identity import Intent
from connector.settings import load
from connector.store.sqlite.store import open_store
from connector.views.assets import AssetOrder
from tests.benchmarks.figures import Figure, figure, percentile

SIZES = (1_000, 10_000, 100_000)
PAGES = (50, 500)
ROUNDS = 50
REQUEST = b'{"@context":["https://w3id.org/dspace/2025/1/context.jsonld"],"@type":"CatalogRequestMessage"}'


def measure(base: Path) -> list[Figure]:
    """Return the milliseconds of pages of 50 and 500 out of 10,000, and the growth per page to 100,000."""
    stage = Stage(base)
    for word in ("broker", "city", "firm"):
        stage.set_up(word, f"Bench {word}", port_base=None)
    stage.enrol({})
    _offer_one(stage)
    spent: dict[tuple[int, int], list[float]] = {}
    echo: list[float] = []
    for size in SIZES:
        asyncio.run(_fill(stage, size))
        stage.start("city")
        try:
            stage.await_ready("city")
            echo, pages = asyncio.run(_pages(stage))
        finally:
            stage.stop()
        spent |= {(size, limit): rounds for limit, rounds in pages.items()}
    answered = percentile(echo, 0.5) * 1000
    # What grows with the offers grows in the quickest round too, and the noise of the machine does not.
    growth = min(spent[100_000, 50]) / min(spent[1_000, 50])
    return [
        figure("catalog.page_50_of_10000_ms", percentile(spent[10_000, 50], 0.5) * 1000, "ms", answered),
        figure("catalog.page_500_of_10000_ms", percentile(spent[10_000, 500], 0.5) * 1000, "ms", answered),
        figure("catalog.growth", growth, "ratio"),
    ]


def _offer_one(stage: Stage) -> None:
    """Let the provider publish one asset; the others are made like it."""
    stage.start("city")
    try:
        stage.await_ready("city")
        (stage.actors["city"].directory / "offered" / "file").write_text("x")
        assets = stage.actors["city"].client().assets
        source = {"kind": "file", "path": "file"}
        made = assets.add(AssetOrder(title={"de": "Werte eines Sensors"}, source=source, keywords=("sensor", "air")))
        assets.publish(made.id)
    finally:
        stage.stop()


async def _fill(stage: Stage, size: int) -> None:
    """Bring the provider's store, while nobody uses it, to `size` published assets."""
    store = await open_store(load(stage.actors["city"].settings).store.path)
    try:
        known: list[Asset] = []
        after: str | None = None
        while not known or after is not None:
            rows, after = await store.assets(OWNER, PageBounds(limit=500, after=after), oldest_first=True)
            known += rows
        for begin in range(len(known), size, 500):
            numbers = range(begin, min(begin + 500, size))
            await store.commit([PutAsset(_copy(known[0], number), None) for number in numbers])
    finally:
        await store.close()


def _copy(asset: Asset, number: int) -> Asset:
    """Return another asset like the first, with identifiers of its own, in its document too."""
    dataset, offer_id = f"urn:uuid:{number:08}", f"urn:uuid:offer-{number:08}"
    document = asset.document.replace(asset.id.encode(), dataset.encode())
    document = document.replace(asset.offer_id.encode(), offer_id.encode())
    return msgspec.structs.replace(
        asset, id=dataset, offer_id=offer_id, document=document, created_at=asset.created_at + number, version=1
    )


async def _pages(stage: Stage) -> tuple[list[float], dict[int, list[float]]]:
    """Return the seconds of each round: of a round trip that only answers, and of the first page of each size."""
    city = stage.actors["city"]
    origin = f"http://127.0.0.1:{city.ports['protocol']}"
    settings = load(city.settings)
    parts = await build_parts(load(stage.actors["firm"].settings))
    try:
        async with aiohttp.ClientSession() as session:
            echo = [await _timed(session.get(f"{origin}/.well-known/dspace-version")) for _ in range(ROUNDS)]
            pages: dict[int, list[float]] = {}
            for limit in PAGES:
                url = f"{origin}{settings.protocol.path}/catalog/request?limit={limit}"
                pages[limit] = [
                    await _timed(session.post(url, data=REQUEST, headers=await _headers(parts, city.id)), limit)
                    for _ in range(ROUNDS)
                ]
        return echo, pages
    finally:
        await parts.close()


async def _headers(parts: Parts, provider: str) -> dict[str, str]:
    return {
        "Authorization": await parts.identity.issue_token(provider, Intent.CATALOG),
        "Content-Type": "application/json",
    }


async def _timed(call: AbstractAsyncContextManager[aiohttp.ClientResponse], datasets: int = 0) -> float:
    """Return the seconds until an answer is read whole; a page has to be full and to have a next one."""
    begun = time.perf_counter()
    async with call as answer:
        body = await answer.read()
    spent = time.perf_counter() - begun
    assert answer.status == 200, body
    if datasets:
        assert len(msgspec.json.decode(body)["dataset"]) == datasets
        assert "next" in answer.links
    return spent
