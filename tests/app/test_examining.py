"""A database that is damaged while its connector serves, and published assets whose source is missing."""

from pathlib import Path

import httpx
from msgspec.structs import replace

from connector.app.connector import build
from connector.app.examining import list_missing
from connector.cli.main import main
from connector.ports.changes import PutAsset
from connector.ports.entities import AssetStatus
from connector.settings import load
from tests.contract import values
from tests.pair.space import SOON, Space
from tests.support.damage import damage_pages


async def test_a_connector_whose_database_is_damaged_says_so_and_is_not_ready(tmp_path: Path) -> None:
    made = Space(tmp_path)
    made.found("city", "firm")
    city = await made.join("city", SOON)
    (store,) = (tmp_path / "city").glob("*.sqlite")
    damage_pages(store)
    headers = {"Authorization": "Bearer city"}
    transport = httpx.ASGITransport(city.connector.management())
    async with httpx.AsyncClient(transport=transport, base_url="http://management", headers=headers) as client:
        answer = await client.get("/v1/consents", params={"limit": 1})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store-damaged")
        ready = await client.get("/ready")
        assert ready.status_code == 503
        assert "is damaged" in ready.json()["checks"]["store"]
    await made.leave("city")


async def test_the_sources_of_published_assets_are_missed_and_no_others(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "office"), "--role", "broker"]) == 0
    settings = load(tmp_path / "office/datenkontor.toml")
    assert list_missing(settings) == ()
    running = await build(settings)
    sources = {
        "urn:here": ({"kind": "file", "path": "here.csv"}, AssetStatus.PUBLISHED),
        "urn:gone": ({"kind": "file", "path": "gone.csv"}, AssetStatus.PUBLISHED),
        "urn:draft": ({"kind": "file", "path": "draft.csv"}, AssetStatus.DRAFT),
        "urn:web": ({"kind": "http", "url": "https://a.example/x"}, AssetStatus.PUBLISHED),
    }
    (tmp_path / "office/offered/here.csv").write_text("a\n")
    for name, (source, status) in sources.items():
        asset = replace(values.asset(name), owner="default", source=source, status=status, offer_id=f"{name}:offer")
        await running.parts.store.commit([PutAsset(asset, None)])
    assert list_missing(settings) == ("gone.csv",)
    await running.parts.close()
    assert list_missing(settings) == ("gone.csv",)
