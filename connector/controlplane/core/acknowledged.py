"""What a peer has acknowledged and no commit contains yet.

The answer of a peer proves that it has the pending message. Its next message proves the same, and usually arrives
within milliseconds: one commit then stores both. Until then the acknowledged process is kept here. A crash loses it,
as the network can lose an answer: the message is still pending in the store, is sent again, and is acknowledged again.
"""

from typing import NamedTuple

from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines.machine import P


class Acknowledged(NamedTuple):
    """A process as it is stored, as it is after the acknowledgement, and the event of its audit leaf."""

    stored: AnyProcess
    process: AnyProcess
    event: str


class Acknowledgements:
    """The acknowledged processes by pid. Each belongs to one stored version: any commit of the process replaces it."""

    def __init__(self) -> None:
        self._kept: dict[str, Acknowledged] = {}

    def keep(self, stored: AnyProcess, process: AnyProcess, event: str) -> None:
        """Keep the acknowledged `process` until a commit of it."""
        self._kept[process.id] = Acknowledged(stored, process, event)

    def find(self, process: AnyProcess) -> Acknowledged | None:
        """Return what is kept of a process: of the version that is stored, or of the acknowledged one."""
        kept = self._kept.get(process.id)
        return kept if kept is not None and kept.process.version == process.version else None

    def apply(self, stored: P | None) -> P | None:
        """Return the process after its acknowledgement, if one is kept of this version."""
        if stored is None:
            return None
        kept = self.find(stored)  # type: ignore[arg-type]  # P is one of the two processes
        if kept is not None:
            return kept.process  # type: ignore[return-value]  # of the same type
        self._kept.pop(stored.id, None)
        return stored

    def drop(self, process_id: str) -> None:
        """Forget what is kept of a process: a commit has stored or replaced it."""
        self._kept.pop(process_id, None)
