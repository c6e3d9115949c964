"""The SQL of replay keys: each token is used once, and its key is deleted some time after the token has expired.

The grace outlasts processes whose clocks differ. A clock that jumps ahead and back again deletes nothing too early:
what counts is the lowest time of the last minutes, in which each token that was used before has come to its end.
"""

import sqlite3
import time
from collections.abc import Callable

from connector.ports.changes import UseReplayKey
from connector.ports.store_errors import Replayed

_GRACE_MS = 3_600_000
_PAUSE_S = 60.0
_PORTION = 100
TAKEN_S = 660.0
"""How long after its use a token may be taken at most: its lifetime, and the leeway before and after, in s."""

_USE = "INSERT INTO replay_keys (owner, issuer, jti, expires_at) VALUES (?, ?, ?, ?)"
_SWEEP = """
DELETE FROM replay_keys WHERE (owner, issuer, jti) IN
    (SELECT owner, issuer, jti FROM replay_keys WHERE expires_at < ? ORDER BY expires_at LIMIT ?)
"""


def use(connection: sqlite3.Connection, change: UseReplayKey) -> None:
    """Record that a token is used. Raises Replayed if it was already used."""
    key = change.key
    try:
        connection.execute(_USE, (key.owner, key.issuer, key.jti, key.expires_at))
    except sqlite3.IntegrityError as fault:
        raise Replayed("The token was already used: send a new token with each message.") from fault


class Sweeper:
    """The schedule for the deletion of expired keys: in portions, with a pause after the last.

    `now` returns ms since the Unix epoch. `elapsed` returns seconds that no clock can set.
    """

    def __init__(self, now: Callable[[], int], elapsed: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._elapsed = elapsed
        self._next_at = self._since = elapsed()
        self._lowest = now()
        self._before: int | None = None

    def chore(self) -> Callable[[sqlite3.Connection], object] | None:
        """Return the job that is due, or None. To be asked with each batch: it looks at the clock."""
        at = self._elapsed()
        self._lowest = min(self._lowest, self._now())
        if at - self._since >= TAKEN_S:
            self._before, self._lowest, self._since = self._lowest, self._now(), at
        return self._sweep if self._before is not None and at >= self._next_at else None

    def _sweep(self, connection: sqlite3.Connection) -> None:
        over = min(self._lowest, self._before or 0) - _GRACE_MS
        swept = connection.execute(_SWEEP, (over, _PORTION)).rowcount
        self._next_at = self._elapsed() + (0.0 if swept == _PORTION else _PAUSE_S)
