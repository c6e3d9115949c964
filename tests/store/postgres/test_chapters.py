"""The statements of their own say what those of the chapters say, also for many groups at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from connector.ports import changes
from connector.ports.changes import Change
from connector.ports.entities import PageBounds
from connector.ports.store_errors import Conflict
from connector.store.postgres.store import PostgresStore, Server, open_postgres
from tests.contract import values
from tests.contract.values import OWNER
from tests.store.postgres.server import make_database

pytestmark = pytest.mark.postgres

DATASET, AT = "urn:dataset:bäume", 1_700_000_000_000
MANY = 20


@pytest.fixture
async def store() -> AsyncIterator[PostgresStore]:
    opened = await open_postgres(Server(await make_database()), "urn:participant:me")
    yield opened
    await opened.close()


async def _commit_all(store: PostgresStore, groups: list[list[Change]]) -> list[BaseException | None]:
    return await asyncio.gather(*(store.commit(group) for group in groups), return_exceptions=True)


async def test_agreements_that_become_final_in_one_batch_are_all_counted_and_a_wrong_one_is_refused_alone(
    store: PostgresStore,
) -> None:
    put = [changes.PutAgreement(values.agreement(f"urn:a:{number}")) for number in range(MANY)]
    await _commit_all(store, [[change] for change in put])
    assert await store.in_force(OWNER, DATASET) == 0
    final: list[list[Change]] = [[changes.FinalizeAgreement(OWNER, change.agreement.key, AT)] for change in put]
    final.insert(7, [changes.FinalizeAgreement(OWNER, "urn:a:unknown", AT)])
    refused = await _commit_all(store, final)
    assert isinstance(refused.pop(7), Conflict)
    assert refused == [None] * MANY
    assert await store.in_force(OWNER, DATASET) == MANY
    sums, _ = await store.usage_in(OWNER, PageBounds(), month="2023-11", providing=True)
    assert [row.agreements for row in sums] == [MANY]


async def test_agreements_that_are_final_from_the_start_are_counted_once(store: PostgresStore) -> None:
    put: list[list[Change]] = [
        [changes.PutAgreement(values.agreement(f"urn:a:{number}", finalized_at=AT))] for number in range(MANY)
    ]
    assert await _commit_all(store, [*put, *put]) == [None] * MANY * 2
    assert await store.in_force(OWNER, DATASET) == MANY


async def test_steps_of_many_processes_in_one_batch_and_a_stale_one_among_them(store: PostgresStore) -> None:
    begun = [values.negotiation(f"urn:n:{number}") for number in range(MANY)]
    await _commit_all(store, [[changes.PutProcess(process, None)] for process in begun])
    steps: list[list[Change]] = [
        [changes.PutProcess(replace(process, version=process.version + 1), process.version)] for process in begun
    ]
    refused = await _commit_all(store, [*steps, steps[3]])
    assert isinstance(refused.pop(), Conflict)
    assert refused == [None] * MANY
