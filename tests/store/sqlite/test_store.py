"""What only the SQLite store has to do: restarts, kills, full disks, batches, foreign locks, indices."""

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.ports import changes
from connector.ports.entities import AssetStatus, PageBounds
from connector.ports.store_errors import Conflict, Replayed, StoreFull
from connector.store.sqlite.store import SqliteStore, open_store
from tests.contract import values
from tests.contract.values import OWNER
from tests.store.sqlite.recording import RecordingConnection


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_store(tmp_path / "store.db")
    yield opened
    await opened.close()


def _writing(store: SqliteStore) -> sqlite3.Connection:
    connection = store._writer._connection
    assert connection
    return connection


async def test_a_restart_sees_everything_committed(store: SqliteStore, tmp_path: Path) -> None:
    process = values.negotiation("urn:n:1", peer_pid="urn:p:1", due_at=3)
    await store.commit([changes.PutProcess(process, None), changes.UseReplayKey(values.replay_key("once"))])
    await store.close()
    again = await open_store(tmp_path / "store.db")
    assert await again.due(OWNER, 3, 9) == [process]
    with pytest.raises(Replayed):
        await again.commit([changes.UseReplayKey(values.replay_key("once"))])
    await again.close()


async def test_close_finishes_what_was_begun(store: SqliteStore, tmp_path: Path) -> None:
    begun = [asyncio.create_task(store.commit([changes.PutHold(values.hold(str(n)))])) for n in range(200)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*begun)
    again = await open_store(tmp_path / "store.db")
    assert len((await again.holds(OWNER, PageBounds(limit=500)))[0]) == 200
    await again.close()


async def test_a_page_of_a_catalogue_is_read_again_only_after_an_asset_changes(store: SqliteStore) -> None:
    read = RecordingConnection(store._reader)
    store._reader = read  # type: ignore[assignment]

    async def shown() -> list[str]:
        rows, _ = await store.assets(OWNER, PageBounds(limit=9), status=AssetStatus.PUBLISHED, oldest_first=True)
        return [row.id for row in rows]

    first, second = (replace(values.asset(name), status=AssetStatus.PUBLISHED) for name in ("urn:a:1", "urn:a:2"))
    await store.commit([changes.PutAsset(first, None)])
    assert await shown() == await shown() == ["urn:a:1"]
    await store.commit([changes.UseReplayKey(values.replay_key("once"))])
    assert await shown() == ["urn:a:1"]
    assert len(read.asked) == 1
    change = asyncio.create_task(store.commit([changes.PutAsset(second, None)]))
    while not change.done():
        await shown()  # may still be the page before
        await asyncio.sleep(0)
    assert await shown() == ["urn:a:1", "urn:a:2"]
    await store.commit([changes.DropAsset(OWNER, "urn:a:1", first.version)])
    assert await shown() == ["urn:a:2"]


async def test_a_page_is_the_present_one_although_nobody_waits_for_the_change(store: SqliteStore) -> None:
    async def shown() -> int:
        return len((await store.assets(OWNER, PageBounds(limit=9), status=AssetStatus.PUBLISHED))[0])

    change = asyncio.create_task(
        store.commit([changes.PutAsset(replace(values.asset("urn:a:1"), status=AssetStatus.PUBLISHED), None)])
    )
    for _ in range(3):
        await asyncio.sleep(0)
    await shown()
    change.cancel()
    await shown()
    await store.commit([changes.UseReplayKey(values.replay_key("once"))])
    assert await shown() == 1


async def test_many_groups_share_a_transaction_and_one_conflict_fails_alone(store: SqliteStore) -> None:
    await store.commit([changes.PutProcess(values.negotiation("urn:n:3"), None)])
    statements: list[str] = []
    _writing(store).set_trace_callback(statements.append)
    groups = [
        [changes.PutHold(values.hold(str(n))), changes.PutProcess(values.negotiation(f"urn:n:{n}"), None)]
        for n in range(8)
    ]
    outcomes = await asyncio.gather(*(store.commit(group) for group in groups), return_exceptions=True)
    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Conflict)] == [3]
    assert [n for n, outcome in enumerate(outcomes) if outcome is None] == [0, 1, 2, 4, 5, 6, 7]
    assert statements.count("COMMIT") == 1
    assert [hold.process_id for hold in (await store.holds(OWNER, PageBounds()))[0]] == list("0124567")


async def test_a_group_that_cannot_be_written_at_all_fails_alone(store: SqliteStore) -> None:
    impossible = changes.PutFlow(values.flow("urn:t:1", token_hash="\ud800"))
    outcomes = await asyncio.gather(
        store.commit([changes.PutHold(values.hold("a"))]), store.commit([impossible]), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), UnicodeEncodeError]
    assert await store.hold(OWNER, "a")


async def test_commits_are_full_durable_commits(store: SqliteStore, tmp_path: Path) -> None:
    assert _writing(store).execute("PRAGMA synchronous").fetchone() == (2,)
    assert _writing(store).execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert (tmp_path / "store.db").stat().st_mode & 0o077 == 0


async def test_a_log_torn_behind_the_last_answer_loses_nothing_answered(store: SqliteStore, tmp_path: Path) -> None:
    """Power fails: of what was written after the last answered commit, any part may be missing."""
    log = tmp_path / "store.db-wal"
    for number in range(5):
        await store.commit([changes.PutHold(values.hold(f"answered {number}"))])
    answered = log.stat().st_size
    await store.commit([changes.PutHold(values.hold("later")), changes.PutAgreement(values.agreement("urn:a:1"))])
    written = log.stat().st_size
    for size in (answered, answered + 1, answered + 30, (answered + written) // 2, written - 1):
        torn = tmp_path / f"torn at {size}"
        torn.mkdir()
        shutil.copy(tmp_path / "store.db", torn)
        (torn / "store.db-wal").write_bytes(log.read_bytes()[:size])
        again = await open_store(torn / "store.db")
        assert [h.process_id for h in (await again.holds(OWNER, PageBounds()))[0]] == [
            f"answered {n}" for n in range(5)
        ]
        assert await again.agreement(OWNER, "urn:a:1") is None
        await again.close()


async def test_an_asset_that_was_read_is_the_stored_one_after_each_change_of_it(store: SqliteStore) -> None:
    first = values.asset("urn:a:1", offer_id="urn:o:1", version=1)
    await store.commit([changes.PutAsset(first, None)])
    await store.asset(OWNER, first.id)
    await store.asset_of_offer(OWNER, first.offer_id)
    second = replace(first, document=b"{}", offer_id="urn:o:2", version=2)
    with pytest.raises(Conflict):
        await store.commit([changes.PutAsset(replace(second, version=8), 7)])
    assert await store.asset(OWNER, first.id) == first
    committing = asyncio.create_task(store.commit([changes.PutAsset(second, 1)]))
    while not committing.done():
        assert await store.asset(OWNER, first.id) in (first, second)
        await asyncio.sleep(0)
    assert await store.asset(OWNER, first.id) == second
    assert await store.asset_of_offer(OWNER, first.offer_id) == second
    await store.commit([changes.DropAsset(OWNER, first.id, 2)])
    assert await store.asset(OWNER, first.id) is None
    assert await store.asset_of_offer(OWNER, second.offer_id) is None


_CHILD = """
import asyncio, sys
from pathlib import Path
from connector.ports import changes
from connector.store.sqlite.store import open_store
from tests.contract import values

async def caller(store, name):
    for number in range(100_000):
        process = values.negotiation(f"{name}-{number}", peer_pid=f"p-{name}-{number}")
        leaf = changes.AppendLeaf(values.leaf(process.id, process.id))
        await store.commit([changes.PutProcess(process, None), leaf])
        print(process.id, flush=True)

async def main():
    store = await open_store(Path(sys.argv[1]))
    await asyncio.gather(*(caller(store, name) for name in "abcd"))

asyncio.run(main())
"""


async def test_what_was_answered_before_a_kill_is_there_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _CHILD, str(path), stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}
    )
    assert child.stdout
    answered = [await child.stdout.readline() for _ in range(300)]
    child.send_signal(signal.SIGKILL)
    answered += (await child.stdout.read()).splitlines(keepends=True)
    await child.wait()
    store = await open_store(path)
    kept, _ = await store.leaves(OWNER, PageBounds(limit=1_000_000))
    for line in answered:
        if line.endswith(b"\n"):
            assert await store.negotiation(OWNER, line.decode().strip())
    assert len(kept) >= 300
    assert [leaf.position for leaf in kept] == list(range(len(kept)))
    for leaf in kept:
        assert await store.negotiation(OWNER, leaf.id), "a group was kept in part"
    await store.close()


async def test_a_full_disk_is_unavailable_and_heals(store: SqliteStore) -> None:
    await store.commit([changes.PutHold(values.hold("before"))])
    pages = _writing(store).execute("PRAGMA page_count").fetchone()[0]
    _writing(store).execute(f"PRAGMA max_page_count = {pages + 4}")
    big = changes.PutAgreement(values.agreement("urn:a:1", document=b"x" * 100_000))
    outcomes = await asyncio.gather(
        store.commit([changes.PutHold(values.hold("beside"))]),
        store.commit([changes.PutHold(values.hold("half")), big]),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [StoreFull, StoreFull]
    assert [hold.process_id for hold in (await store.holds(OWNER, PageBounds()))[0]] == ["before"]
    _writing(store).execute("PRAGMA max_page_count = 1000000")
    await store.commit([changes.PutHold(values.hold("after")), big])
    assert [hold.process_id for hold in (await store.holds(OWNER, PageBounds()))[0]] == ["before", "after"]


async def test_a_lock_of_another_process_is_waited_for(store: SqliteStore, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(store.commit([changes.PutHold(values.hold("a"))]))
    while store._writer._locked_since is None:  # noqa: ASYNC110 - the writer has no event for a single refusal
        await asyncio.sleep(0)
    assert not waiting.done()
    other.execute("ROLLBACK")
    other.close()
    await waiting
    assert await store.hold(OWNER, "a")


async def test_versions_decide_and_not_the_order_of_arrival(store: SqliteStore) -> None:
    process = values.negotiation("urn:n:1")
    await store.commit([changes.PutProcess(process, None)])
    steps = [changes.PutProcess(replace(process, version=version + 1), version) for version in (1, 2, 3)]
    outcomes = await asyncio.gather(*(store.commit([step]) for step in reversed(steps)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Conflict, Conflict, type(None)]
    stored = await store.negotiation(OWNER, "urn:n:1")
    assert stored
    assert stored.version == 2
