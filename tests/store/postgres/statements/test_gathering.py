"""Statements that are sent together: the order of what has to do with each other stays, and hopes are looked at."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.store.postgres.statements.bridge import run_bridged
from connector.store.postgres.statements.connection import PostgresConnection
from connector.store.postgres.statements.dialect import translate
from connector.store.postgres.statements.gathering import GatheringConnection, HopeDisappointed
from tests.store.postgres.server import PostgresServer, make_database

ADD = "INSERT INTO first (id, n) VALUES (?, ?)"
SET = "UPDATE first SET n = ? WHERE id = ?"
DROP = "DELETE FROM first WHERE id = ?"
NOTE = "INSERT INTO second (n) SELECT n FROM first WHERE id = ?"
MARK = "INSERT INTO third (n) VALUES (?)"
TABLES = "CREATE TABLE first (id int PRIMARY KEY, n int); CREATE TABLE second (n int); CREATE TABLE third (n int)"
STATEMENTS = {ADD: 2, SET: 2, DROP: 1, NOTE: 1, MARK: 1}

Say = Callable[[Any], None]


def _speak(statement: str) -> str:
    return translate(statement, {})


class Sent(PostgresConnection):
    """A connection that writes down what is sent, and sends it."""

    def __init__(self, connection: Any) -> None:
        @asynccontextmanager
        async def lend() -> AsyncIterator[Any]:
            yield connection

        super().__init__(lend, _speak)
        self.sent: list[tuple[str, int]] = []

    async def _execute_many(self, statement: str, rows: Any) -> None:
        self.sent.append((statement, len(rows)))
        await super()._execute_many(statement, rows)


@pytest.fixture
async def direct() -> AsyncIterator[Sent]:
    connection = await asyncpg.connect(await make_database())
    await connection.execute(TABLES)
    yield Sent(connection)
    await connection.close()


def _gather(direct: Sent, *sayings: Say) -> None:
    gathering = GatheringConnection(direct)
    for say in sayings:
        say(gathering)
    gathering.send()


@pytest.mark.postgres
async def test_what_groups_have_in_common_is_sent_once(direct: Sent) -> None:
    def say(number: int) -> Say:
        def both(connection: Any) -> None:
            connection.execute(ADD, (number, number))
            connection.execute(MARK, (number,))

        return both

    await run_bridged(_gather, direct, *(say(number) for number in range(10)))
    assert [count for _, count in direct.sent] == [10, 10]


@pytest.mark.postgres
async def test_a_read_sees_what_was_written_before(direct: Sent) -> None:
    def look(connection: Any) -> None:
        connection.execute(ADD, (1, 5))
        assert connection.execute("SELECT n FROM first WHERE id = ?", (1,)).fetchone() == (5,)

    await run_bridged(_gather, direct, look)


@pytest.mark.postgres
async def test_a_row_that_a_chapter_relies_on_is_looked_at(direct: Sent) -> None:
    def rely(connection: Any) -> None:
        assert connection.execute(SET, (1, 99)).rowcount == 1

    with pytest.raises(HopeDisappointed):
        await run_bridged(_gather, direct, rely)
    await run_bridged(_gather, direct, lambda connection: connection.execute(SET, (1, 99)))


def _statements() -> st.SearchStrategy[list[tuple[str, tuple[int, ...]]]]:
    number = st.integers(0, 3)
    one = st.sampled_from(sorted(STATEMENTS)).flatmap(
        lambda text: st.tuples(st.just(text), st.tuples(*[number] * STATEMENTS[text]))
    )
    return st.lists(one, max_size=25)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = PostgresServer()
    yield server.url
    server.remove()


@pytest.mark.postgres
@given(statements=_statements())
def test_gathered_statements_leave_what_they_leave_one_by_one(
    url: str, statements: list[tuple[str, tuple[int, ...]]]
) -> None:
    async def leave(*, gathered: bool) -> object:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(f"CREATE SCHEMA tried; SET search_path TO tried; {TABLES}")
            direct = Sent(connection)

            def say(inside: Any) -> None:
                for text, values in statements:
                    inside.execute(text, values)

            try:
                await run_bridged(_gather if gathered else _say_directly, direct, say)
            except Exception as fault:  # noqa: BLE001 - both refuse, and the batch is taken back
                return type(fault)
            return [
                sorted(map(tuple, await connection.fetch(f"SELECT * FROM {t}"))) for t in ("first", "second", "third")
            ]
        finally:
            await connection.execute("DROP SCHEMA tried CASCADE")
            await connection.close()

    assert asyncio.run(leave(gathered=True)) == asyncio.run(leave(gathered=False))


def _say_directly(direct: Sent, say: Say) -> None:
    say(direct)
