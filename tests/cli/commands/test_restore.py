"""`restore`: a folder from a backup, which replaces nothing."""

import asyncio
from pathlib import Path

import msgspec

from connector.app.parts import OWNER
from connector.ports.changes import PutAsset
from connector.ports.entities import AssetStatus
from connector.settings import load
from connector.store.sqlite.store import open_store
from tests.cli.conftest import Cli
from tests.contract import values


def test_a_backup_is_restored_into_a_new_folder(cli: Cli) -> None:
    cli("init", "office", "--role", "broker")
    cli("backup", "office.tar", "--settings", "office/datenkontor.toml")
    restored = cli("restore", "office.tar", "new", "--lang", "de")
    assert (restored.code, "Wiederhergestellt in new" in restored.out) == (0, True)
    assert "datenkontor broker serve --settings new/datenkontor.toml" in restored.out
    assert Path("new/key.pem").read_bytes() == Path("office/key.pem").read_bytes()
    assert cli("restore", "office.tar", "new").code == 1
    assert "authority rotate --root" in cli("restore", "office.tar", "again").err


def test_a_connector_without_an_authority_is_told_nothing_of_one(cli: Cli) -> None:
    cli("init", "office")
    cli("backup", "office.tar", "--settings", "office/datenkontor.toml")
    assert "authority" not in cli("restore", "office.tar", "new").err


async def _offer(path: Path, name: str) -> None:
    store = await open_store(path)
    offered = values.asset("urn:d:1", source={"kind": "file", "path": name}, status=AssetStatus.PUBLISHED)
    await store.commit([PutAsset(msgspec.structs.replace(offered, owner=OWNER), None)])
    await store.close()


def test_a_source_that_the_backup_does_not_contain_is_named_by_restore_and_doctor(cli: Cli) -> None:
    cli("init", "office")
    Path("office/offered/air.csv").write_text("time,value\n")
    asyncio.run(_offer(load(Path("office/datenkontor.toml")).store.path, "gone.csv"))
    cli("backup", "office.tar", "--settings", "office/datenkontor.toml")
    restored = cli("restore", "office.tar", "new", "--lang", "de")
    assert (restored.code, "Nicht in der Sicherung: gone.csv." in restored.err) == (0, True)
    assert cli("restore", "office.tar", "other", "--json").json["missing"] == ["gone.csv"]
    told = cli("doctor", "--settings", "new/datenkontor.toml", "--peers", "none", "--lang", "de")
    assert "Quellen veröffentlichter Datenangebote fehlen (Datenangebote: 1): gone.csv." in told.out
    Path("new/offered/gone.csv").write_text("time,value\n")
    again = cli("doctor", "--settings", "new/datenkontor.toml", "--peers", "none", "--lang", "de")
    assert "gone.csv" not in again.out
