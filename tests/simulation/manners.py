"""The bad manners of a peer: it loses what it has acknowledged, agrees again under a new name, mixes its pids up.

Deployed peers do all of this. A side with such a manner is our own connector behind an edge that has it, so the other
side is held to everything, and the one with the manner only to what its manner leaves of it.
"""

import random
from typing import Any

import msgspec

from connector.ports.changes import PutAgreement, PutProcess
from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines import negotiation_machine
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from tests.simulation.witness import Witness

FALLS_BACK, RENEWS, MIXES_UP = "falls back", "agrees again", "mixes pids up"
# Like `RENEWS`, but it keeps the first identifier that has arrived: the order of its writes is chance.
KEEPS_FIRST = "agrees again and keeps the first"
ALL_MANNERS = (FALLS_BACK, RENEWS, MIXES_UP)
AGREES_AGAIN = frozenset({RENEWS, KEEPS_FIRST})
# A peer that does it for ever can never agree with anybody.
_MOST = 2
_LOSES = {negotiation_machine.AGREEMENT, negotiation_machine.VERIFICATION, negotiation_machine.FINALIZED}


class Manners:
    """What one side does wrong, at most `_MOST` times; `manner` is None for a side that does nothing wrong."""

    def __init__(self, side: str, manner: str | None, rng: random.Random, store: Any, witness: Witness) -> None:
        self._side, self._manner, self._rng = side, manner, rng
        self._store, self._witness = store, witness
        self._left = _MOST if manner else 0
        self._asked: dict[str, Negotiation] = {}
        self._fallen: set[str] = set()

    def committed(self, process: AnyProcess) -> None:
        """See a process that has become durable, and remember what it last owed."""
        if self._manner == FALLS_BACK and isinstance(process, Negotiation) and process.pending:
            self._asked[process.id] = process

    def fall_back(self, what: str, before: Negotiation, answered: AnyProcess, now: int, sent: set[bytes]) -> AnyProcess:
        """Lose the write of a message that is about to be acknowledged: the earlier row takes its place.

        Returns the row that this side goes on with: what it would have sent next is lost with the write, and where that
        was sent already (`sent`), the write is kept.
        """
        if self._manner != FALLS_BACK or what not in _LOSES or not self._happens():
            return answered
        current = self._store.peek(ProcessKind.NEGOTIATION, answered.id)
        if current is None or current.version != answered.version:
            return answered
        if current.pending and current.pending.body in sent:
            return answered
        owed = self._asked.get(before.id)
        repeats = what == negotiation_machine.FINALIZED or self._rng.random() < 0.7
        if owed and owed.pending and owed.pending.target == before.state and repeats:
            again = msgspec.structs.replace(owed.pending, attempts=0, refusals=0, in_doubt=False)
            before = msgspec.structs.replace(owed, pending=again)
        elif what == negotiation_machine.FINALIZED:
            return answered  # it would wait for ever for a side that is done
        due = now + int(self._rng.random() * 5_000)
        fallen = msgspec.structs.replace(before, version=current.version + 1, due_at=due, updated_at=now)
        self._store.overwrite(PutProcess(fallen, expected=current.version))
        self._witness.fell_back(self._side, fallen)
        self._fallen.add(fallen.id)
        self._did(fallen.id)
        return fallen

    def renew(self, message: str, body: bytes, sent: set[bytes]) -> bytes:
        """Return the body to send: an agreement that is sent again has another identifier."""
        if (
            self._manner not in AGREES_AGAIN
            or message != negotiation_machine.AGREEMENT
            or body not in sent
            or not self._happens()
        ):
            return body
        row = self._find_owing(body)
        if row is None or row.pending is None:
            return body
        agreed, whole = msgspec.json.decode(row.agreement or b"{}"), msgspec.json.decode(body)
        name = f"{agreed['@id']}:{self._left}"
        agreed["@id"] = name
        document = msgspec.json.encode(agreed)
        kept, body = body, msgspec.json.encode({**whole, "agreement": msgspec.Raw(document)})
        self._did(row.id)
        self._witness.renewed(self._side, row, kept, body)
        if self._manner == KEEPS_FIRST and self._witness.has_arrived(row, kept):
            return body
        pending = msgspec.structs.replace(row.pending, body=body)
        renewed = msgspec.structs.replace(
            row, pending=pending, agreement=document, agreement_id=name, version=row.version + 1
        )
        stored = self._store.peek_agreement(row.agreement_key)
        self._store.overwrite(
            PutAgreement(msgspec.structs.replace(stored, id=name, document=document)),
            PutProcess(renewed, expected=row.version),
        )
        self._witness.overwritten(self._side, renewed)
        return body

    def asks(self, pid: str) -> bool:
        """Tell whether this side asks where the peer stands: not with its agreement on the way, or after a fall."""
        if self._manner not in AGREES_AGAIN | {FALLS_BACK}:
            return True
        rows = [row for row in self._store.peek_all(ProcessKind.NEGOTIATION) if row.peer_pid == pid]
        return not any(_is_agreeing(row) if self._manner in AGREES_AGAIN else row.id in self._fallen for row in rows)

    def is_busy(self, what: str, row: AnyProcess | None) -> bool:
        """Tell whether a message meets the write of this side's own agreement: it is answered with 409."""
        if self._manner not in AGREES_AGAIN or what != negotiation_machine.VERIFICATION:
            return False
        return row is not None and _is_agreeing(row)

    def name(self, process: AnyProcess) -> str:
        """Return the pid with which a new process is acknowledged: sometimes that of another one."""
        others = [row.id for row in self._store.peek_all(process.kind) if row.id != process.id]
        if self._manner != MIXES_UP or not others or not self._happens():
            return process.id
        self._did(process.id)
        return self._rng.choice(others)

    def _find_owing(self, body: bytes) -> Negotiation | None:
        rows = self._store.peek_all(ProcessKind.NEGOTIATION)
        return next((row for row in rows if row.pending and row.pending.body == body), None)

    def _happens(self) -> bool:
        return self._left > 0 and self._rng.random() < 0.5

    def _did(self, pid: str) -> None:
        self._left -= 1
        self._witness.seen[f"manner {self._manner}"] += 1
        self._witness.note(f"{self._side} {self._manner}: {pid}")


def _is_agreeing(row: AnyProcess) -> bool:
    return row.pending is not None and row.pending.message == negotiation_machine.AGREEMENT
