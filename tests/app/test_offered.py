"""Published assets whose source is missing, as after a restore."""

from pathlib import Path

from msgspec.structs import replace

from connector.app.connector import build
from connector.app.offered import list_missing
from connector.cli.main import main
from connector.ports.changes import PutAsset
from connector.ports.entities import AssetStatus
from connector.settings import load
from tests.contract import values


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
