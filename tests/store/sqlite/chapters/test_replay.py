"""Replay keys in SQLite: deleted when their tokens are long over. The rest is in the contract of every store."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.identity.tokens import LEEWAY_S, MAX_LIFETIME_S
from connector.ports.changes import UseReplayKey
from connector.ports.store_errors import Replayed
from connector.store.sqlite.chapters import replay
from connector.store.sqlite.chapters.replay import TAKEN_S, Sweeper
from connector.store.sqlite.store import open_store
from tests.contract import values

HOUR_S = 3_600


class Clocks:
    """A store of replay keys, the seconds that pass, and a clock that is `ahead` of them (s)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.passed = self.ahead = 0.0
        self.sweeper = Sweeper(self.now, lambda: self.passed)

    def now(self) -> int:
        return int((1_000_000 + self.passed + self.ahead) * 1000)

    def use(self, jti: str, *, lasts_s: float = 120) -> None:
        """Use a token, with the batch that does it."""
        replay.use(self.connection, UseReplayKey(values.replay_key(jti, expires_at=self.now() + int(lasts_s * 1000))))
        self.look()

    def look(self) -> None:
        """Let a batch be written."""
        if job := self.sweeper.chore():
            job(self.connection)

    def spend(self, seconds: float) -> None:
        """Let time pass, with a batch every ten seconds."""
        for _ in range(int(seconds // 10)):
            self.passed += 10
            self.look()

    def count(self) -> int:
        count: int = self.connection.execute("SELECT count(*) FROM replay_keys").fetchone()[0]
        return count


@pytest.fixture
async def clocks(tmp_path: Path) -> AsyncIterator[Clocks]:
    await (await open_store(tmp_path / "store.db")).close()
    connection = sqlite3.connect(tmp_path / "store.db")
    yield Clocks(connection)
    connection.close()


def test_expired_replay_keys_are_forgotten_and_others_kept(clocks: Clocks) -> None:
    for n in range(300):
        clocks.use(str(n), lasts_s=(n % 2) * 25 * HOUR_S)
    clocks.spend(2 * HOUR_S)
    assert clocks.count() == 150
    with pytest.raises(Replayed):
        clocks.use("1")


@pytest.mark.parametrize("ahead_s", [HOUR_S, 3 * HOUR_S, 24 * HOUR_S, 400 * 24 * HOUR_S])
def test_a_clock_that_is_set_ahead_and_back_forgets_no_token_that_may_still_be_taken(
    clocks: Clocks, ahead_s: float
) -> None:
    clocks.spend(2 * HOUR_S)
    for jump in range(3):
        clocks.use(f"before {jump}", lasts_s=600)
        clocks.ahead = ahead_s
        clocks.spend(240)
        clocks.ahead = 0
        clocks.use(f"between {jump}", lasts_s=600)
        clocks.ahead = ahead_s
        clocks.spend(240)
        clocks.ahead = 0
        for jti in (f"before {jump}", f"between {jump}"):
            with pytest.raises(Replayed):
                clocks.use(jti)


def test_a_clock_that_stays_set_back_delays_no_deletion_for_long(clocks: Clocks) -> None:
    clocks.spend(2 * HOUR_S)
    clocks.ahead = -24 * HOUR_S
    clocks.use("after")
    clocks.spend(2 * HOUR_S)
    assert clocks.count() == 0


def test_a_token_is_over_before_its_number_can_be_forgotten() -> None:
    assert TAKEN_S >= MAX_LIFETIME_S + 2 * LEEWAY_S
