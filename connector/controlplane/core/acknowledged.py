"""What a peer has acknowledged and no commit contains yet.

The answer of a peer proves that it has the pending message. Its next message proves the same, and usually arrives
within milliseconds: one commit then stores both. Until then the acknowledged process is kept here. A crash loses it,
as the network can lose an answer: the message is still pending in the store, is sent again, and is acknowledged again.
"""

from typing import NamedTuple, TypeVar

from connector.ports.store import AnyProcess

AnyRead = TypeVar("AnyRead", bound=AnyProcess | None)


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

    def apply(self, stored: AnyRead) -> AnyRead:
        """Return a process that was read after its acknowledgement, if one is kept of this version.

        A later version ends what is kept; an earlier one was read before it, and does not.
        """
        kept = self._kept.get(stored.id) if stored is not None else None
        if stored is None or kept is None or stored.version < kept.process.version:
            return stored
        if stored.version == kept.process.version:
            return kept.process  # type: ignore[return-value]  # of the same type
        del self._kept[stored.id]
        return stored

    def list_kept(self) -> list[AnyProcess]:
        """Return the acknowledged processes that no commit contains yet."""
        return [kept.process for kept in self._kept.values()]

    def drop(self, process_id: str) -> None:
        """Forget what is kept of a process: a commit has stored or replaced it."""
        self._kept.pop(process_id, None)
