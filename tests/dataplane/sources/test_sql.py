"""Tables and views of SQLite as a source: forms, hostile parameters, bounds and faults."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from connector.dataplane.address.parameters import choose
from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.sources.sql import SqlSource
from connector.net.tls import TrustAnchors
from connector.ports.flow import Cause, SourceError

ADDRESS: dict[str, Any] = {
    "kind": "sql",
    "path": "city.sqlite",
    "table": "trees",
    "order": ["id"],
    "parameters": {"from": {"type": "integer", "field": "id", "compare": ">="}, "street": {}},
}
SLOW = "CREATE VIEW slow AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT max(x) AS id FROM r"


@pytest.fixture
def source(tmp_path: Path) -> SqlSource:
    with closing(sqlite3.connect(tmp_path / "city.sqlite")) as database:
        database.execute("CREATE TABLE trees (id INTEGER, street TEXT, height REAL, photo BLOB)")
        rows = [(n, f'S, "{n % 3}"', n / 8, b"\1\2" if n % 2 else None) for n in range(1000)]
        database.executemany("INSERT INTO trees VALUES (?, ?, ?, ?)", rows)
        database.execute(SLOW)
        database.execute("CREATE VIEW wide AS SELECT hex(zeroblob(1000000)) AS id")
        database.commit()
    (tmp_path / "text.csv").write_text("no database")
    return SqlSource(tmp_path, refuse_secret, TrustAnchors())


async def read(source: SqlSource, query: str = "", **more: Any) -> bytes:
    async with source.open(choose({**ADDRESS, **more}, query)) as content:
        return b"".join([chunk async for chunk in content.chunks])


async def test_rows_come_as_csv_json_and_ndjson(source: SqlSource) -> None:
    csv = (await read(source, "from=998")).decode()
    assert csv == 'id,street,height,photo\r\n998,"S, ""2""",124.75,\r\n999,"S, ""0""",124.875,\\x0102\r\n'
    rows = [json.loads(line) for line in (await read(source, format="ndjson")).splitlines()]
    assert len(rows) == 1000
    assert rows[999] == {"id": 999, "street": 'S, "0"', "height": 124.875, "photo": "\\x0102"}
    assert json.loads(await read(source, format="json")) == rows
    assert json.loads(await read(source, "from=1000", format="json")) == []
    assert json.loads(await read(source, "from=999", format="json", columns=["height"])) == [{"height": 124.875}]


@pytest.mark.parametrize("text", ["' OR 1=1 --", '" OR 1=1 --', "x'; DROP TABLE trees; --", "%", 'S, "0"\' --'])
async def test_sql_in_a_parameter_is_a_text_that_no_row_has(source: SqlSource, text: str) -> None:
    assert json.loads(await read(source, f"street={quote(text)}", format="json")) == []
    assert len(json.loads(await read(source, format="json"))) == 1000


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"table": 'trees" --'}, "table"),
        ({"table": "trees; DROP TABLE trees"}, "not there"),
        ({"columns": ['id" FROM trees --']}, "column"),
        ({"order": ["id DESC"]}, "sorted"),
        ({"order": ["random()"]}, "sorted"),
        ({"parameters": {"x": {"field": "nothing", "default": "1"}}}, "field"),
        ({"path": "../city.sqlite"}, "path"),
        ({"path": "/etc/passwd"}, "path"),
        ({"path": "nothing.sqlite"}, "exist"),
        ({"path": "text.csv"}, "SQLITE_NOTADB"),
        ({"most_rows": 999}, "more than 999 rows"),
        ({"table": "slow", "parameters": {}, "seconds": 0.2}, r"within 0\.2 s"),
        ({"table": "wide", "parameters": {}}, "larger"),
        ({"host": "127.0.0.1"}, "either"),
        ({"path": "", "host": "127.0.0.1"}, "incomplete"),
        ({"password": "canary"}, "unknown field"),
        ({"seconds": "canary"}, "seconds"),
        ({"format": "canary"}, "format"),
    ],
)
async def test_what_cannot_be_read_says_why(source: SqlSource, more: dict[str, Any], reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        await read(source, **more)
    assert "canary" not in str(caught.value)


async def test_a_database_stays_as_it_is_and_tells_when_it_changed(source: SqlSource, tmp_path: Path) -> None:
    before = (tmp_path / "city.sqlite").read_bytes()
    assert await read(source)
    assert (tmp_path / "city.sqlite").read_bytes() == before
    assert await source.changed_at(ADDRESS)
    server = {"kind": "sql", "host": "db", "database": "d", "user": "u", "secret": "s", "table": "t"}
    assert await source.changed_at(server) is None


async def test_a_server_needs_a_secret_that_the_settings_list_for_it(source: SqlSource) -> None:
    server = {"kind": "sql", "host": "db", "database": "d", "user": "u", "secret": "s", "table": "t"}
    with pytest.raises(SourceError, match="s is not known") as caught:
        source.check(server)
    assert caught.value.cause is Cause.NOT_ALLOWED


async def test_a_reader_that_leaves_ends_the_query(source: SqlSource) -> None:
    async with source.open(ADDRESS) as content:
        assert await anext(aiter(content.chunks))
    assert len(await read(source))
