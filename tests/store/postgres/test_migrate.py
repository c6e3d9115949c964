"""The schema in PostgreSQL: the same as that of SQLite, and refused where it is not ours to use."""

import asyncio
import os
import re
import shutil
import sqlite3
from importlib.resources import files
from pathlib import Path

import asyncpg
import pytest

from connector.ports.store_errors import StoreError, Unavailable
from connector.store.postgres.migrate import DatabaseRefused, migrate, steps
from connector.store.postgres.store import Server, connect, examine_database, open_postgres
from connector.store.sqlite.engine import migrate as sqlite_migrate
from tests.store.postgres.server import PostgresServer, find_server, make_database
from tests.support.certificates import write_certificates

ME = "urn:participant:me"
_OWN = {"installation", "replicas"}
Schema = tuple[dict[str, dict[str, str]], set[tuple[str, bool, tuple[str, ...]]]]
_KINDS = {"INTEGER": "bigint", "TEXT": "text", "BLOB": "bytea"}


CHAPTERS = ("store", "record", "board")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_postgresql_has_every_migration_that_sqlite_has(chapter: str) -> None:
    def names(package: str) -> set[str]:
        folder = files(package).joinpath("schema", chapter)
        return {entry.name for entry in folder.iterdir() if entry.name.endswith(".sql")}

    first = steps(chapter)[0][0]
    wanted = {name for name in names("connector.store.sqlite") if int(name[:4]) > first}
    for name in sorted(wanted - names("connector.store.postgres")):
        pytest.fail(f"PostgreSQL lacks the migration {name}: write connector/store/postgres/schema/{chapter}/{name}.")
    numbers = [number for number, _ in steps(chapter)]
    assert numbers == list(range(first, first + len(numbers)))


def _read_sqlite(path: Path, chapter: str) -> Schema:
    sqlite_migrate.migrate(path, sqlite_migrate.steps(chapter))
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    columns, indices = {}, set()
    for table in tables:
        # The boxes of a record are an R*Tree in SQLite, and rows with another index in PostgreSQL.
        if table.startswith(("sqlite_", "areas")):
            continue
        columns[table] = {row[1]: _KINDS[row[2]] for row in connection.execute(f"PRAGMA table_info({table})")}
        for _, name, unique, origin, _ in connection.execute(f"PRAGMA index_list({table})").fetchall():
            if origin != "pk":
                found = [row[2] for row in connection.execute(f"PRAGMA index_info({name})")]
                indices.add((table, bool(unique), tuple(column for column in found if column != "place")))
    connection.close()
    return columns, indices


async def _read_postgres(
    url: str, schema: str
) -> tuple[dict[str, dict[str, str]], set[tuple[str, bool, tuple[str, ...]]]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = $1 AND table_name <> 'areas'",
            schema,
        )
        columns: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            columns.setdefault(table, {})[column] = kind
        indices = set()
        for table, text in await connection.fetch(
            "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename <> 'areas'", schema
        ):
            found = re.search(r"INDEX (\w+) ON \S+ USING btree \(([^)]*)\)", text)
            assert found
            names = [name.strip(' "') for name in found[2].split(",")]
            if not found[1].endswith("_pkey"):
                indices.add((table, "UNIQUE" in text, tuple(name for name in names if name != "place")))
    finally:
        await connection.close()
    return columns, indices


@pytest.mark.postgres
@pytest.mark.parametrize("chapter", CHAPTERS)
async def test_the_schema_is_that_of_sqlite(chapter: str, tmp_path: Path) -> None:
    server = Server(await make_database(), chapter=chapter)
    connection = await connect(server)
    await migrate(connection, ME, chapter)
    await connection.close()
    columns, indices = _read_sqlite(tmp_path / "store.db", chapter)
    theirs, their_indices = await _read_postgres(server.url, "public" if chapter == "store" else chapter)
    assert theirs.keys() - _OWN == columns.keys()
    if chapter == "store":
        theirs["processes"].pop("claimant")
        theirs["flows"].pop("mover")
    for table, known in columns.items():
        assert theirs[table] == known, table
    assert their_indices == indices


@pytest.mark.postgres
async def test_a_database_of_another_participant_is_refused() -> None:
    url = await make_database()
    await (await open_postgres(Server(url), ME)).close()
    with pytest.raises(DatabaseRefused, match="belongs to the participant urn:participant:me"):
        await open_postgres(Server(url), "urn:participant:other")
    assert await examine_database(Server(url), ME) == steps()[-1][0]


@pytest.mark.postgres
async def test_a_newer_schema_is_refused_and_stays() -> None:
    url = await make_database()
    await (await open_postgres(Server(url), ME)).close()
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE installation SET schema = 9999")
    with pytest.raises(DatabaseRefused, match="schema 9999, but this release supports"):
        await open_postgres(Server(url), ME)
    assert await connection.fetchval("SELECT schema FROM installation") == 9999
    await connection.close()


@pytest.mark.postgres
async def test_tables_of_another_program_are_left_alone() -> None:
    url = await make_database()
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE theirs (id bigint)")
    with pytest.raises(DatabaseRefused, match="tables of another program"):
        await open_postgres(Server(url), ME)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 1
    await connection.close()


@pytest.mark.postgres
async def test_a_read_only_database_is_refused() -> None:
    url = await make_database()
    connection = await asyncpg.connect(url)
    await connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET default_transaction_read_only = on")
    await connection.close()
    with pytest.raises(DatabaseRefused, match="is read-only"):
        await open_postgres(Server(url), ME)


@pytest.mark.postgres
async def test_an_unknown_database_and_an_absent_server_are_refused_in_one_sentence() -> None:
    with pytest.raises(DatabaseRefused, match="cannot be opened"):
        await open_postgres(Server(f"{find_server().rpartition('/')[0]}/nothing"), ME)
    with pytest.raises(Unavailable, match="cannot be reached"):
        await open_postgres(Server("postgresql://postgres@127.0.0.1:1/nothing"), ME)


@pytest.mark.postgres
async def test_processes_that_start_together_migrate_once() -> None:
    url = await make_database()
    stores = await asyncio.gather(*(open_postgres(Server(url, connections=1), ME) for _ in range(4)))
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM installation") == 1
    assert await connection.fetchval("SELECT count(*) FROM replicas") == 4
    for store in stores:
        await store.close()
    assert await connection.fetchval("SELECT count(*) FROM replicas") == 0
    await connection.close()


@pytest.mark.postgres
async def test_a_server_without_a_free_connection_is_refused_in_one_sentence() -> None:
    server = await asyncio.to_thread(PostgresServer, "-c max_connections=4", "-c superuser_reserved_connections=0")
    try:
        url = await make_database(server.url)
        held = [await asyncpg.connect(url) for _ in range(4)]
        with pytest.raises(Unavailable, match="cannot be reached"):
            await open_postgres(Server(url), ME)
        for connection in held:
            await connection.close()
    finally:
        await asyncio.to_thread(server.remove)


@pytest.mark.postgres
async def test_a_role_without_rights_is_refused_and_told_which() -> None:
    url = await make_database()
    place, name = url.rpartition("@")[2], f"r{url.rpartition('/')[2]}"
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE ROLE {name} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    low = Server(f"postgresql://{name}@{place}")
    try:
        for attempt in (open_postgres, examine_database):
            with pytest.raises(DatabaseRefused, match="may not create tables in the schema public"):
                await attempt(low, ME)
        await (await open_postgres(Server(url), ME)).close()
        for attempt in (open_postgres, examine_database):
            with pytest.raises(DatabaseRefused, match="lacks a right"):
                await attempt(low, ME)
    finally:
        await connection.execute(f"DROP ROLE {name}")
        await connection.close()


@pytest.mark.postgres
async def test_a_role_that_looks_elsewhere_is_refused() -> None:
    url = await make_database()
    with pytest.raises(DatabaseRefused, match="no schema that is there"):
        await open_postgres(Server(f"{url}?search_path=nowhere"), ME)
    await (await open_postgres(Server(url), ME)).close()
    connection = await asyncpg.connect(url)
    await connection.execute('CREATE SCHEMA other; CREATE SCHEMA "Its-Own"')
    await connection.close()
    for attempt in (open_postgres, examine_database):
        with pytest.raises(DatabaseRefused, match="tables are in the schema public"):
            await attempt(Server(f"{url}?search_path=other,public"), ME)
    await (await open_postgres(Server(f'{url}?search_path="Its-Own"'), ME)).close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("127.0.0.1:99999/x", "cannot be read"),
        ("127.0.0.1:1/x?sslmode=verify-full&sslcert=/nothing.pem", "is not there"),
        ("127.0.0.1:1/x?sslmode=verify-full&sslrootcert=/nothing.pem", "is not there"),
        ("127.0.0.1:1/x?sslmode=none", "cannot be read"),
    ],
)
async def test_an_address_that_leads_to_nothing_is_refused_in_one_sentence(
    place: str, sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    with pytest.raises(StoreError, match=sentence):
        await open_postgres(Server(f"postgresql://postgres@{place}"), ME)


@pytest.mark.postgres
async def test_a_server_whose_certificate_is_not_trusted_is_refused(tmp_path: Path) -> None:
    server = await asyncio.to_thread(PostgresServer)
    try:
        folder = server.folder / "tls"
        folder.mkdir()
        write_certificates(folder)
        write_certificates(tmp_path)
        connection = await asyncpg.connect(server.url)
        for name, file in (("ssl_cert_file", "certificate.pem"), ("ssl_key_file", "key.pem")):
            await connection.execute(f"ALTER SYSTEM SET {name} = '{folder / file}'")
        await connection.execute("ALTER SYSTEM SET ssl = on")
        await connection.close()
        if os.geteuid() == 0:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, "postgres")
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)
        url = f"{await make_database(server.url)}?sslmode=verify-full&sslrootcert="
        with pytest.raises(DatabaseRefused, match="is not trusted"):
            await open_postgres(Server(f"{url}{tmp_path / 'ca.pem'}"), ME)
        await (await open_postgres(Server(f"{url}{folder / 'ca.pem'}"), ME)).close()
    finally:
        await asyncio.to_thread(server.remove)
