"""Reads that are sent together: each gets its own rows, and only who asked wrongly hears a refusal."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from connector.store.postgres.statements.reading import GatheredReads
from tests.store.postgres.server import make_database

pytestmark = pytest.mark.postgres

COUNTED = "SELECT CAST($1 AS integer) AS n, m AS n FROM generate_series(1, CAST($1 AS integer)) AS m ORDER BY m DESC"
NAMED = "SELECT CAST($1 AS text)"


@pytest.fixture
async def pool() -> AsyncIterator[Any]:
    async with asyncpg.create_pool(await make_database(), min_size=1, max_size=2) as opened:
        yield opened


async def test_each_gets_its_own_rows_in_their_order(pool: Any) -> None:
    reads = GatheredReads(pool, 2, 5.0)
    asked = [number % 7 for number in range(300)]
    found = await asyncio.gather(*(reads.fetch(COUNTED, number) for number in asked))
    for number, rows in zip(asked, found, strict=True):
        assert [tuple(row) for row in rows] == [(number, m) for m in range(number, 0, -1)]


async def test_reads_that_wait_for_a_connection_are_one_round_trip() -> None:
    sent: list[str] = []
    async with asyncpg.create_pool(await make_database(), min_size=1, max_size=1) as pool:
        async with pool.acquire() as connection:
            connection.add_query_logger(lambda query: sent.append(query.query))
            reads = GatheredReads(pool, 1, 5.0)
            asked = [asyncio.create_task(reads.fetch(NAMED, f"{number}")) for number in range(40)]
            await asyncio.sleep(0)
        await asyncio.gather(*asked)
    assert len([text for text in sent if NAMED in text]) <= 2


async def test_a_value_that_the_server_refuses_fails_only_its_own_read(pool: Any) -> None:
    reads = GatheredReads(pool, 1, 5.0)
    values = [f"name {number}" for number in range(20)]
    values[7] = "a\x00b"
    found = await asyncio.gather(*(reads.fetch(NAMED, value) for value in values), return_exceptions=True)
    assert isinstance(found.pop(7), asyncpg.PostgresError)
    assert [rows[0][0] for rows in found if not isinstance(rows, BaseException)] == values[:7] + values[8:]


async def test_one_who_no_longer_waits_keeps_nobody_else_waiting(pool: Any) -> None:
    reads = GatheredReads(pool, 1, 5.0)
    tasks = [asyncio.create_task(reads.fetch(NAMED, f"{number}")) for number in range(10)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [rows[0][0] for rows in found if not isinstance(rows, BaseException)] == ["1", "3", "5", "7", "9"]
    assert (await reads.fetch(NAMED, "after"))[0][0] == "after"


async def test_a_connection_that_breaks_fails_whom_it_serves_and_the_next_read_has_another(pool: Any) -> None:
    reads = GatheredReads(pool, 1, 5.0)
    end = "SELECT pg_terminate_backend(pg_backend_pid()) AND $1 = ''"
    found = await asyncio.gather(
        reads.fetch(end, ""), *(reads.fetch(NAMED, "x") for _ in range(5)), return_exceptions=True
    )
    assert isinstance(found[0], asyncpg.PostgresError | asyncpg.InterfaceError | OSError)
    assert [rows[0][0] for rows in found[1:] if not isinstance(rows, BaseException)] == ["x"] * 5
