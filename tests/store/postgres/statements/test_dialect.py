"""The SQL of the chapters in the words of PostgreSQL."""

import re
from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from connector.store.postgres import chapters
from connector.store.postgres.migrate import list_keys
from connector.store.postgres.statements.dialect import name_tables, returns_rows, translate
from connector.store.postgres.store import Server, open_postgres
from tests.store.postgres.server import make_database
from tests.store.sqlite.recording import list_written
from tests.store.sqlite.test_plans import CHAPTERS

KEYS = {"holds": ("owner", "process_id", "place"), "issuances": ("owner", "id")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT a FROM t WHERE b = ? AND c = ?", "SELECT a FROM t WHERE b = $1 AND c = $2"),
        ("SELECT a FROM t WHERE b = ?2 AND c = ?1", "SELECT a FROM t WHERE b = $2 AND c = $1"),
        ("SELECT a FROM t WHERE b = 'what?' AND c = ?", "SELECT a FROM t WHERE b = 'what?' AND c = $1"),
        ("SELECT a FROM t WHERE a = 1 AND +state = ?", "SELECT a FROM t WHERE a = 1 AND state = $1"),
        ("UPDATE t SET a = a + ?", "UPDATE t SET a = a + $1"),
        ("DELETE FROM sessions WHERE user = ?", 'DELETE FROM sessions WHERE "user" = $1'),
        ("SELECT 'user' FROM users", "SELECT 'user' FROM users"),
        ("SELECT max(ifnull(a, 0), b) FROM t", "SELECT greatest(coalesce(a, 0), b) FROM t"),
        ("INSERT OR IGNORE INTO t (a) VALUES (?)", "INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING"),
        (
            "INSERT OR REPLACE INTO holds (owner, process_id, body) VALUES (?, ?, ?)",
            "INSERT INTO holds (owner, process_id, body) VALUES ($1, $2, $3) ON CONFLICT (owner, process_id) "
            "DO UPDATE SET place = excluded.place, body = excluded.body",
        ),
        (
            "INSERT INTO issuances (owner, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
            "INSERT INTO issuances (owner, id, body) VALUES ($1, $2, $3) "
            "ON CONFLICT (owner, id) DO UPDATE SET body = excluded.body",
        ),
    ],
)
def test_a_statement_is_said_in_the_words_of_postgresql(text: str, expected: str) -> None:
    assert translate(text, KEYS) == expected


def test_a_month_is_counted_in_the_zone_of_the_settings() -> None:
    said = translate("SELECT local_month(at) FROM uses", {}, ZoneInfo("Europe/Berlin"))
    assert said == "SELECT month_in('Europe/Berlin', at) FROM uses"
    assert "'UTC'" in translate("SELECT local_month(at) FROM uses", {}, UTC)
    with pytest.raises(ValueError, match="has no name"):
        translate("SELECT local_month(at) FROM uses", {}, timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT 1", True),
        ("\nWITH a AS (SELECT 1) SELECT * FROM a", True),
        ("UPDATE t SET a = 1\nRETURNING a", True),
        ("INSERT INTO t (a) VALUES (1)", False),
        ("WITH a AS (UPDATE t SET a = 1 RETURNING a) INSERT INTO u (a) SELECT a FROM a", False),
        ("WITH a AS (UPDATE t SET a = 1 RETURNING a) INSERT INTO u (a) SELECT a FROM a RETURNING a", True),
        ("WITH a AS (UPDATE t SET a = 1 RETURNING a) SELECT a FROM a", True),
    ],
)
def test_a_statement_with_rows_is_known_by_its_text(text: str, rows: bool) -> None:
    assert returns_rows(text) is rows


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("SELECT a FROM t WHERE b IN (SELECT c FROM u)", {"t", "u"}),
        ("INSERT INTO t (a) SELECT a FROM u JOIN v ON a = b ON CONFLICT (a) DO UPDATE SET a = 1", {"t", "u", "v"}),
        ("UPDATE t SET a = 1", {"t"}),
        ('DELETE FROM "user" WHERE a = 1', {"user"}),
    ],
)
def test_the_tables_of_a_statement_are_named(text: str, tables: set[str]) -> None:
    assert name_tables(text) == tables


def test_no_statement_of_the_chapters_lists_tables_with_a_comma() -> None:
    assert not [text for text, _ in list_written((*CHAPTERS, chapters)) if re.search(r"(?i)\bFROM\s+\w+\s*,", text)]


@pytest.mark.postgres
async def test_every_statement_of_the_chapters_is_understood_by_postgresql() -> None:
    url = await make_database()
    store = await open_postgres(Server(url), "urn:participant:me")
    connection = await asyncpg.connect(url)
    try:
        keys, misunderstood = await list_keys(connection), []
        written = list_written((*CHAPTERS, chapters))
        assert len(written) > 100
        for text, _ in written:
            try:
                await connection.prepare(translate(text, keys))
            except asyncpg.PostgresError as fault:
                misunderstood.append(f"{fault}: {text}")
    finally:
        await connection.close()
        await store.close()
    assert not misunderstood, "write it so that both databases understand it, or add a rule to dialect.py"
