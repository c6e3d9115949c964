"""`store copy`: the store of a connector in another database."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.app.storing.records import open_records
from connector.ports.replica import Alone
from connector.settings import Settings, SettingsError, load
from connector.store.postgres.store import Server, open_postgres
from connector.store.sqlite.board.board import locate_board, open_board
from connector.store.sqlite.record.record import open_record
from connector.store.sqlite.store import open_store
from tests.cli.conftest import Cli
from tests.store.postgres.server import make_database_now


async def _create(path: Path) -> None:
    await (await open_store(path)).close()


async def _create_record(path: Path) -> None:
    await (await open_record(path)).close()
    await (await open_board(locate_board(path))).close()


async def _begin_in_database(url: str, participant: str) -> None:
    await (await open_postgres(Server(url), participant)).close()


async def _open_records(settings: Settings) -> None:
    opened = await open_records(settings, Alone())
    await opened.board.close()
    await opened.record.close()


def test_a_store_that_is_not_there_is_a_failure_in_one_sentence(cli: Cli) -> None:
    cli("init", "office")
    failed = cli(
        "store", "copy", "--yes", "--to", "new.sqlite", "--settings", "office/datenkontor.toml", "--lang", "de"
    )
    assert (failed.code, "gibt es nicht" in failed.err) == (1, True)


def test_a_store_moves_to_another_file(cli: Cli) -> None:
    cli("init", "office")
    asyncio.run(_create(load(Path("office/datenkontor.toml")).store.path))
    moved = cli("store", "copy", "--yes", "--to", "office/new.sqlite", "--settings", "office/datenkontor.toml")
    assert (moved.code, "each the same as in the source" in moved.out) == (0, True)
    again = cli("store", "copy", "--yes", "--to", "office/newer.sqlite", "--settings", "office/datenkontor.toml")
    assert (again.code, "was moved to another place" in again.err) == (1, True)


def test_a_store_is_not_left_without_a_question(cli: Cli) -> None:
    cli("init", "office")
    path = load(Path("office/datenkontor.toml")).store.path
    asyncio.run(_create(path))
    asked = cli("store", "copy", "--to", "office/new.sqlite", "--settings", "office/datenkontor.toml")
    assert (asked.code, "takes no changes any more" in asked.err, "--yes" in asked.err) == (2, True, True)
    asyncio.run(_create(path))


@pytest.mark.parametrize(
    "target",
    [
        "mysql://role@db.example/office",
        "postgres:///",
        "postgresql://role:geheim@db.example/office",
        "postgresql://role@db.example/office?sslmode=require&password=geheim",
    ],
)
def test_what_looks_like_an_address_is_never_taken_for_a_file(cli: Cli, target: str) -> None:
    cli("init", "office")
    path = load(Path("office/datenkontor.toml")).store.path
    asyncio.run(_create(path))
    failed = cli("store", "copy", "--yes", "--to", target, "--settings", "office/datenkontor.toml", "--lang", "de")
    assert (failed.code, "keine Adresse einer Datenbank" in failed.err, "geheim" in failed.err) == (1, True, False)
    asyncio.run(_create(path))


@pytest.mark.postgres
def test_a_store_moves_to_a_database_that_doctor_then_knows(cli: Cli) -> None:
    cli("init", "office")
    asyncio.run(_create(load(Path("office/datenkontor.toml")).store.path))
    url, named = make_database_now(), ("--settings", "office/datenkontor.toml")
    assert cli("store", "copy", "--yes", "--to", url, *named, "--json").json["target"] == url
    file = Path("office/datenkontor.toml")
    text = file.read_text("utf-8").replace('path = "store.sqlite"', f'path = "store.sqlite"\nurl = "{url}"')
    file.write_text(text, "utf-8")
    told = cli("doctor", *named, "--peers", "none")
    assert "The database answers and has schema" in told.out
    assert "was moved" not in told.out
    saved = cli("backup", "office.tar", *named)
    assert "pg_dump" in saved.err


@pytest.mark.postgres
def test_a_record_that_is_left_in_a_file_is_not_begun_anew_and_moves_by_itself(cli: Cli) -> None:
    cli("init", "office", "--role", "broker")
    file, url = Path("office/datenkontor.toml"), make_database_now()
    settings = load(file)
    asyncio.run(_create_record(settings.broker.record))
    asyncio.run(_begin_in_database(url, settings.participant.id))
    there = replace(settings, store=replace(settings.store, url=url))
    with pytest.raises(SettingsError, match="the database has none: move it with `datenkontor store copy --from"):
        asyncio.run(_open_records(there))
    moved = cli("store", "copy", "--yes", "--from", str(settings.broker.record), "--to", url, "--settings", str(file))
    assert moved.code == 0, moved.err
    asyncio.run(_open_records(there))
