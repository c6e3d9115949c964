"""The back-off after failures, exponential with jitter: for each peer in one stored row, for each process by attempts.

Reads use the memory; the commit of the process that failed also writes the row.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from connector.controlplane.core.limits import ControlLimits
from connector.ports.changes import Change, PutBackoff
from connector.ports.entities import Backoff
from connector.ports.pauses import double_pause
from connector.protocol.dsp.machines.machine import FAULT_LENGTH

WRITE_MS, WRITE_LEAST_MS, WRITE_MOST_MS = 250, 50, 1_000
CONFLICT_MOST_MS, RACING_MS = 2_000, 3_600_000


class SilentPeer(NamedTuple):
    """A peer that cannot be reached: since when (ms) this process has noticed it, and why the last message failed."""

    peer: str
    since: int
    reason: str


class PeerBackoff:
    """The back-off of all peers of one owner, loaded from the stored `rows`.

    `now` returns milliseconds since the Unix epoch, `spread` a factor in [0.5, 1.0] that spreads the attempts.
    """

    def __init__(
        self,
        owner: str,
        rows: Iterable[Backoff],
        *,
        limits: ControlLimits,
        now: Callable[[], int],
        spread: Callable[[], float],
    ) -> None:
        self._owner = owner
        self._limits = limits
        self._now = now
        self._rows = {row.peer: row for row in rows}
        self._spread = spread
        # Peers that answered a prompt message with 409: how long each needs to store its own step, and the last time.
        self._writes: dict[str, int] = {}
        self._conflicts: dict[str, int] = {}
        self._silent: dict[str, SilentPeer] = {}

    def find_pause_end(self, peer: str) -> int:
        """Return the time (ms) before which no message is sent to the peer; 0 if it has no failures."""
        row = self._rows.get(peer)
        # A pause that began while the clock was ahead would last as long as it was ahead.
        return row.until if row and row.until - self._now() <= self._limits.retry_most else 0

    def count_failure(self, peer: str, retry_after_ms: int | None, reason: str) -> tuple[int, list[Change]]:
        """Count a failure of the peer; return the time (ms) of the next attempt, and the change that stores it.

        Concurrent messages that fail together count as one failure.
        """
        since = self._silent[peer].since if peer in self._silent else self._now()
        self._silent[peer] = SilentPeer(peer, since, reason[:FAULT_LENGTH])
        known = self._rows.get(peer)
        paused = self.find_pause_end(peer)
        if self._now() < paused and not retry_after_ms:
            return paused, []
        failures = known.failures + 1 if known else 1
        wait = double_pause(self._limits.retry_base, failures + 1, self._limits.retry_most)
        wait = max(int(wait * self._spread()), min(retry_after_ms or 0, self._limits.retry_most))
        row = Backoff(owner=self._owner, peer=peer, failures=failures, until=self._now() + wait)
        self._rows[peer] = row
        return row.until, [PutBackoff(row)]

    def find_fault(self, peer: str) -> str:
        """Return why the peer could not be reached last; empty if it answered since, or was not tried yet."""
        found = self._silent.get(peer)
        return found.reason if found else ""

    def list_silent(self) -> list[SilentPeer]:
        """Return the peers that failed at least twice and are still tried, longest silent first."""
        now, patience = self._now(), 2 * self._limits.retry_most
        rows = self._rows
        tried = (found for found in self._silent.values() if (row := rows.get(found.peer)) and row.failures > 1)
        return sorted((found for found in tried if now <= rows[found.peer].until + patience), key=lambda one: one.since)

    def find_pause(self, attempts: int, *, conflict: bool = False) -> int:
        """Return the pause (ms) of one process after so many earlier attempts: each at least as long as the one before.

        The pause depends on nothing that a peer answers, except that a `conflict` passes soon. It never is shorter than
        the time that a deployed peer needs to store its last step.
        """
        base, most = self._limits.retry_base, self._limits.retry_most
        if conflict:
            base, most = max(base, WRITE_MS), CONFLICT_MOST_MS
        return double_pause(base * (0.5 + self._spread()), attempts + 1, most)

    def find_write_pause(self, peer: str) -> int:
        """Return the time (ms) to wait before a message that follows a message of the peer; 0 for a prompt peer."""
        return self._writes.get(peer, 0)

    def is_racing(self, peer: str) -> bool:
        """Return whether the peer was busy with its own message in the last hour: it may lose what it acknowledged."""
        return self._now() - self._conflicts.get(peer, -RACING_MS) < RACING_MS

    def note_conflict(self, peer: str) -> None:
        """Note that the peer was still busy with its own message: the next first attempts wait longer."""
        self._writes[peer] = min(max(WRITE_MS, 2 * self._writes.get(peer, 0)), WRITE_MOST_MS)
        self._conflicts[peer] = self._now()

    def note_prompt(self, peer: str) -> None:
        """Note that the first attempt at a message was in time: the pause shrinks, and in the end is none."""
        pause = self._writes.get(peer, 0) * 15 // 16
        if pause < WRITE_LEAST_MS:
            self._writes.pop(peer, None)
        else:
            self._writes[peer] = pause

    def forget_failures(self, peer: str) -> list[Change]:
        """Reset the failures of a peer that answered; return the change that deletes them, if there were any."""
        self._silent.pop(peer, None)
        if self._rows.pop(peer, None) is None:
            return []
        return [PutBackoff(Backoff(owner=self._owner, peer=peer, failures=0, until=0))]
