"""The SQL of replay keys: each token is used once, and its key is deleted some time after the token has expired.

The grace outlasts a clock that jumps ahead and back again: a key is forgotten only when its token is long over.
"""

import sqlite3
from collections.abc import Callable

from connector.ports.changes import UseReplayKey
from connector.ports.store_errors import Replayed

_GRACE_MS = 3_600_000
_PAUSE_MS = 60_000
_PORTION = 100

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
    """The schedule for the deletion of expired keys: in portions, with a pause after the last. `now` returns ms."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._next_at = now()

    def chore(self) -> Callable[[sqlite3.Connection], object] | None:
        """Return the job that is due, or None."""
        return self._sweep if self._now() >= self._next_at else None

    def _sweep(self, connection: sqlite3.Connection) -> None:
        now = self._now()
        swept = connection.execute(_SWEEP, (now - _GRACE_MS, _PORTION)).rowcount
        self._next_at = now if swept == _PORTION else now + _PAUSE_MS
