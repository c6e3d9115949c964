"""Replay keys in SQLite: deleted when their tokens are long over. The rest is in the contract of every store."""

from pathlib import Path

import pytest

from connector.ports import changes
from connector.ports.store_errors import Replayed
from connector.store.sqlite.store import open_store
from tests.contract import values


async def test_expired_replay_keys_are_forgotten_and_others_kept(tmp_path: Path) -> None:
    now = 1_000_000
    store = await open_store(tmp_path / "store.db", now=lambda: now)
    keys = [values.replay_key(str(n), expires_at=now + (n % 2) * 90_000_000) for n in range(300)]
    await store.commit([changes.UseReplayKey(key) for key in keys])
    now += 60 * 60_000 + 1
    for n in range(4):
        await store.commit([changes.PutHold(values.hold(str(n)))])
    assert store._reader.execute("SELECT count(*), min(expires_at) FROM replay_keys").fetchone() == (150, 91_000_000)
    with pytest.raises(Replayed):
        await store.commit([changes.UseReplayKey(keys[1])])
    await store.close()
