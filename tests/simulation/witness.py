"""The witness of a universe: sees every commit, message and flow of all sides, and says what must not be.

What it finds is written down at once and ends the universe; a fault raised inside the product would be taken for one of
its own, which the worker is right to survive.
"""

import asyncio
from collections import Counter
from typing import Any, NamedTuple

import msgspec

from connector.audit import leaves, merkle
from connector.ports.changes import AppendLeaf, Change, PutAgreement, PutProcess
from connector.ports.entities import Leaf
from connector.ports.store import AnyProcess
from connector.protocol.dsp.codec import decode
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import transfer_machine
from connector.protocol.dsp.machines.machine import UNSEEN, Accepted, StateMachine
from connector.protocol.dsp.machines.negotiation_machine import AGREEMENT, NEGOTIATION, Negotiation
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, Transfer, TransferState
from tests.simulation.messages import kind_of

# A universe that commits more often than this is busy with nothing: its processes are a handful.
COMMITS_MOST = 4_000
# The schedule lets one message be sent less often than this in a universe.
SENDS_MOST = 400
# What stops or ends a flow: when it is on its way, no byte is.
# The reasons that people give.
PEOPLES = (b"as the people will", b"changed our mind")
_STOPPING = {transfer_machine.SUSPENSION, transfer_machine.COMPLETION, transfer_machine.TERMINATION}


class Broken(AssertionError):
    """An invariant does not hold; the message has the seed and the trace."""


def table_of(process: AnyProcess) -> StateMachine:
    """Return the figure that a process obeys."""
    return NEGOTIATION if isinstance(process, Negotiation) else TRANSFER


class Move(NamedTuple):
    """What a leaf says of a process: the event, and the state after it."""

    event: str
    state: str | None


def _read_move(leaf: Leaf) -> Move:
    told = msgspec.json.decode(leaf.body)["fields"].get("to")
    return Move(leaf.kind, None if told == "INITIAL" else told)


class Witness:
    """Keeps the trace of one universe, counts what was seen, and names the first thing that must not be."""

    def __init__(self) -> None:
        self.trace: list[str] = []
        self.seen: Counter[str] = Counter()
        self.fault: str | None = None
        # The copies that arrived after their sender had gone on to something else.
        self.stale = 0
        self.stop = asyncio.Event()
        self._commits = 0
        self._latest: dict[tuple[str, str], AnyProcess] = {}
        self._owed: dict[tuple[str, str], bytes] = {}
        self._planned: list[tuple[str, str, bytes]] = []
        self._applied: Counter[tuple[str, str, str, str]] = Counter()
        self._applied_after: dict[tuple[str, str, str, str], int] = {}
        # By side, pid, message and digest: the messages that had an effect, and those that the sender takes for such.
        self._received: Counter[tuple[str, str | None, str, str]] = Counter()
        self._arrived: Counter[tuple[str, str | None, str, str]] = Counter()
        self._parties: dict[tuple[str, str], str] = {}
        self._own_moves: Counter[tuple[str, str]] = Counter()
        self._answered: dict[tuple[str, str], set[str]] = {}
        self._heads: dict[str, list[tuple[int, bytes]]] = {}
        self._fallen: set[tuple[str, str]] = set()
        self._sends: Counter[tuple[str, bytes]] = Counter()
        # By side, the body of an agreement under another identifier: the body in place of which it was sent.
        self._stands_for: dict[tuple[str, bytes], bytes] = {}

    def note(self, line: str) -> None:
        """Add a line to the trace."""
        self.trace.append(f"{asyncio.get_running_loop().time():9.3f} {line}")

    def broken(self, what: str) -> None:
        """Write down what must not be; the first is the one that counts."""
        if self.fault is None:
            self.fault = what
            self.note(f"BROKEN {what}")
            self.stop.set()

    def committed(self, side: str, group: tuple[Change, ...], answered: str | None = None) -> None:
        """See a group that has just become durable; `answered` is the sender of the message that it answers."""
        self._commits += 1
        if self._commits > COMMITS_MOST:
            self.broken(f"{side} has committed {self._commits} times and goes on: it is busy with nothing")
        # One commit can store the acknowledgement of ours, a message received and the step decided on it.
        moves = [_read_move(change.leaf) for change in group if isinstance(change, AppendLeaf)]
        kinds = [move.event for move in moves]
        for change in group:
            if isinstance(change, PutAgreement):
                self._belongs(side, f"agreement {change.agreement.key}", change.agreement.counterparty, answered)
            if not isinstance(change, PutProcess):
                continue
            after = change.process
            self._belongs(side, after.id, after.peer, answered)
            before = self._latest.get((side, after.id))
            self._latest[side, after.id] = after
            self._check_moves(side, before, after, moves)
            lacking = holds_what_it_needs(after)
            if lacking:
                self.broken(lacking)
            pending = after.pending
            self._owed[side, after.id] = pending.body if pending else b""
            if pending and not (before and before.pending and before.pending.body == pending.body):
                self._planned.append((side, pending.message, pending.body))
            if any(kind.startswith(("acknowledged ", "settled ")) for kind in kinds):
                self._own_moves[side, after.id] += 1
            if any(kind.startswith("received ") for kind in kinds) and after.accepted:
                self._apply(side, after, after.accepted)

    def _belongs(self, side: str, name: str, peer: str, answered: str | None) -> None:
        """See whose a row is: it stays the one of its first peer, and no message of another one changes it."""
        first = self._parties.setdefault((side, name), peer)
        if peer != first or answered not in {None, peer}:
            self.broken(f"{side} changes {name} of {first} for {answered or peer}")

    def fell_back(self, side: str, row: AnyProcess) -> None:
        """See a side that has lost its last write: it is not held to its answers and records of this process."""
        self._fallen.add((side, row.id))
        self._latest[side, row.id] = row
        self._answered.pop((side, row.id), None)
        self._owed[side, row.id] = row.pending.body if row.pending else b""
        self.seen["rule a write lost after its acknowledgement"] += 1

    def may_differ(self, row: AnyProcess, other: AnyProcess | None) -> bool:
        """Tell whether people ended what the other side holds to be final, because a side had lost that it was."""
        pair = [row, *([other] if other else [])]
        fell = any(each.id == pid for each in pair for _, pid in self._fallen)
        return fell and any(map(self.meant_to_end, pair))

    def renewed(self, side: str, row: AnyProcess, kept: bytes, body: bytes) -> None:
        """See a side that sends its agreement under another identifier, as `body` in place of `kept`."""
        assert row.pending is not None
        self._stands_for[side, body] = self._stands_for.get((side, kept), kept)
        self._planned.append((side, row.pending.message, body))

    def _bodies(self, side: str, kept: bytes) -> list[bytes]:
        """Return a body that a side holds to be pending, and those that it has sent in its place."""
        return [kept, *(body for (who, body), first in self._stands_for.items() if (who, first) == (side, kept))]

    def overwritten(self, side: str, row: AnyProcess) -> None:
        """See a side that has stored a row from behind."""
        self._latest[side, row.id] = row
        self._owed[side, row.id] = row.pending.body if row.pending else b""

    def has_arrived(self, row: AnyProcess, body: bytes) -> bool:
        """Tell whether the agreement of a negotiation has had its effect at the other side."""
        digest = decode(kind_of(AGREEMENT), body).digest
        return self._received[row.peer, row.peer_pid, AGREEMENT, digest] > 0

    def agreed_as(self, side: str) -> set[str]:
        """Return the identifiers that a side has given its agreements in messages."""
        sent = (body for who, message, body in self._planned if who == side and message == AGREEMENT)
        return {msgspec.json.decode(body)["agreement"]["@id"] for body in sent}

    def _apply(self, side: str, process: AnyProcess, accepted: Accepted) -> None:
        """Count a message that was applied.

        What is sent again, because its answer was lost, may come after the receiver has moved by a message of its own;
        messages have no identifier, so it is then as good as a new one.
        """
        key = side, process.peer, accepted.message, accepted.digest
        self._received[side, process.id, accepted.message, accepted.digest] += 1
        moves = self._own_moves[side, process.id]
        if moves > self._applied_after.get(key, moves):
            self.seen[f"rule {table_of(process).kind} sent again after the other side had moved"] += 1
        else:
            self._applied[key] += 1
        self._applied_after[key] = moves

    def _is_meant(self, row: AnyProcess, message: str) -> bool:
        """Tell whether the peer of a process has meant to send it a message."""
        pid = row.id.encode() + b'"'
        return any(who == row.peer and what == message and pid in body for who, what, body in self._planned)

    def owes(self, side: str, body: bytes) -> bool:
        """Tell whether this message is still what a side has to deliver."""
        bodies = {body, self._stands_for.get((side, body), body)}
        return any(who == side and owed in bodies for (who, _), owed in self._owed.items())

    def meant_to_end(self, row: AnyProcess) -> bool:
        """Tell whether people of either side have meant to terminate the process."""
        pid = row.id.encode() + b'"'
        return any(pid in body and any(word in body for word in PEOPLES) for _, _, body in self._planned)

    def sends(self, side: str, message: str, body: bytes, moving: set[str]) -> None:
        """See a message on its way out: no answer makes it endless, and what ends a flow has stopped it before."""
        self._sends[side, body] += 1
        if self._sends[side, body] > SENDS_MOST:
            self.broken(f"{side} sends a {message} again and again")
        if message in _STOPPING:
            document = msgspec.json.decode(body)
            for pid in (document.get("consumerPid"), document.get("providerPid")):
                if pid in moving:
                    self.broken(f"{side} tells of a {message} while bytes of {pid} move")

    def answers(self, side: str, pid: str, state: str, moving: set[str]) -> None:
        """See a 2xx: it is kept whatever happens, and says nothing has stopped that has not."""
        self._answered.setdefault((side, pid), set()).add(state)
        if pid in moving and state != TransferState.STARTED:
            self.broken(f"{side} answers {state} while bytes of {pid} move")

    def moves(self, side: str, flow_id: str) -> None:
        """See a flow that begins to move: only a started transfer may."""
        process = self._latest.get((side, flow_id))
        if process is None or process.state != TransferState.STARTED:
            self.broken(f"{side} lets bytes of {flow_id} move in state {process.state if process else None}")

    def head(self, side: str, found: list[Leaf]) -> None:
        """Take the tree head of a side: the tree at the end has to begin with it."""
        tree = merkle.tree([leaf.hash for leaf in found])
        self._heads.setdefault(side, []).append((tree.size, merkle.root(tree)))

    def _check_moves(self, side: str, before: AnyProcess | None, after: AnyProcess, moves: list[Move]) -> None:
        """Check that the leaves of a commit tell every transition, and that each is one of the figure."""
        state = before.state if before else None
        for move in moves:
            if move.state != state:
                self._check_transition(side, state, move, after)
                self._classify(table_of(after), state, before, move, after, [each.event for each in moves])
                if before and move.event.startswith(("acknowledged ", "settled ")):
                    self._check_proof(side, before, after, move)
            elif "refused" in move.event or "waits" in move.event:
                self.seen[f"event {table_of(after).kind} {move.event}"] += 1
            state = move.state
        if state != after.state:
            self.broken(f"{side} went from {state} to {after.state} without a leaf")

    def _check_transition(self, side: str, state: str | None, move: Move, after: AnyProcess) -> None:
        table = table_of(after)
        why = f" ({after.ended.reason})" if after.ended else ""
        self.note(f"{side} {after.id} {state} → {move.state}: {move.event}{why}")
        if state in table.terminal:
            self.broken(f"{side} left {state} for {move.state}")
        if move.state not in table.find_reachable(state) | {table.terminated}:
            self.broken(f"{side} went from {state} to {move.state}")

    def _check_proof(self, side: str, before: AnyProcess, after: AnyProcess, move: Move) -> None:
        """Check that what a side takes for its peer's has happened there.

        A message that it holds to be sent was meant, and one that it holds to be received was applied, or counts there
        as received. A peer that took a late copy for a new message, or fell back, proves less. The first message of a
        process is left out: a peer that mixes its pids up names another one for it.
        """
        if move.state == table_of(after).terminated:
            return
        known, pending, problem = after.accepted, before.pending, None
        if known and known.digest == UNSEEN and known != before.accepted:
            self._received[side, after.id, known.message, UNSEEN] += 1
            if not (pending and pending.mutual) and not self._is_meant(after, known.message):
                problem = f"{side} holds that {after.peer} has sent a {known.message}, which it never meant to send"
        if before.state and pending and pending != after.pending and not pending.mutual and not pending.echo:
            where = after.peer, after.peer_pid, pending.message
            digests = [decode(kind_of(pending.message), body).digest for body in self._bodies(side, pending.body)]
            self._arrived[*where, digests[0]] += 1
            if self._arrived[*where, digests[0]] > sum(self._received[*where, each] for each in (UNSEEN, *digests)):
                problem = f"{side} holds that {after.peer} has its {pending.message}, which had no effect there"
        if problem and not self.stale and not any(pid in {after.id, after.peer_pid} for _, pid in self._fallen):
            self.broken(problem)

    def _classify(
        self,
        table: StateMachine,
        state: str | None,
        before: AnyProcess | None,
        move: Move,
        after: AnyProcess,
        events: list[str],
    ) -> None:
        """Count which transition this was, and by which rule."""
        self.seen[f"transition {table.kind} {state or 'INITIAL'} → {move.state}"] += 1
        pending = before.pending if before else None
        acknowledged = any(event.startswith("acknowledged ") for event in events)
        decided = any(event.startswith("decided ") for event in events)
        if move.event.startswith("received "):
            if acknowledged:
                self.seen[f"rule {table.kind} implied acknowledgement"] += 1
            elif after.pending and not decided:
                self.seen[f"rule {table.kind} crossing: both happen"] += 1
            elif pending:
                self.seen[f"rule {table.kind} crossing: ours gives way"] += 1
        elif move.event.startswith("settled"):
            how = "doubt settled" if pending else "look settled"
            self.seen[f"rule {table.kind} {how}"] += 1
        elif move.event.startswith("ended"):
            self.seen[f"rule {table.kind} {move.event}"] += 1

    def check_answers(self, side: str, rows: dict[str, AnyProcess]) -> str | None:
        """Return which 2xx of a side was forgotten, or None."""
        for (who, pid), states in self._answered.items():
            row = rows.get(pid)
            if who != side or row is None:
                continue
            table = table_of(row)
            for state in states:
                if state != row.state and row.state not in table.find_reachable(state) | {table.terminated}:
                    return f"{side} answered {state} for {pid} and is {row.state}"
        return None

    def check_applied(self) -> str | None:
        """Return which message was applied more often than it was meant, or None.

        The protocol's messages have no identifier: a late copy of an older message, with a token of its own, cannot be
        told from a new one. Such copies (`stale` of them) are all the excuse there is.
        """
        meant: Counter[tuple[str, str]] = Counter()
        for side, message, body in self._planned:
            meant[side, decode(kind_of(message), body).digest] += 1
        excess, stale = 0, self.stale + 2 * len(self._fallen)
        for (side, sender, message, digest), times in self._applied.items():
            planned = meant[sender, digest]
            if planned == 0:
                return f"{side} applied a {message} that {sender} never meant to send"
            excess += max(times - planned, 0)
            if times > planned and excess > stale:
                return f"{side} applied a {message} {times} times that was meant {planned} times"
        if excess:
            self.seen["rule a late copy of an older message applied"] += excess
        return None

    def check_audit(self, side: str, found: list[Leaf], rows: dict[str, AnyProcess]) -> str | None:
        """Return what is wrong with the audit log of a side, or None.

        Every leaf is what its hash says and in the tree, the tree has grown from every earlier head, and the leaves of
        a process tell its story without a gap.
        """
        tree = merkle.tree([leaf.hash for leaf in found])
        top = merkle.root(tree)
        states: dict[str, str] = {}
        for index, leaf in enumerate(found):
            if leaf.position != index or leaves.leaf_hash(leaf.salt, leaf.body) != leaf.hash:
                return f"leaf {index} of {side} is not what its hash and position say"
            if leaf.process_id not in rows or (side, leaf.process_id) in self._fallen:
                continue
            fields = msgspec.json.decode(leaf.body)["fields"]
            if states.get(leaf.process_id, "INITIAL") != fields["from"]:
                return f"the leaves of {leaf.process_id} have a gap before {leaf.kind} from {fields['from']}"
            states[leaf.process_id] = fields["to"]
        for index in {0, len(found) // 2, len(found) - 1} & set(range(len(found))):
            path = merkle.inclusion(tree, index)
            if not merkle.verify_inclusion(found[index].hash, index, tree.size, path, top):
                return f"leaf {index} of {side} is not in its tree"
        for size, head in self._heads.get(side, []):
            if not merkle.verify_consistency(size, tree.size, head, top, merkle.consistency(tree, size)):
                return f"the tree of {side} does not begin with its head of {size} leaves"
        for pid, row in rows.items():
            if (side, pid) not in self._fallen and states.get(pid) != (row.state or "INITIAL"):
                return f"{pid} is {row.state} and its last leaf says {states.get(pid)}"
        return None


def holds_what_it_needs(row: AnyProcess) -> str | None:
    """Return what a process lacks in its state, or None: states bring things along that they cannot be without."""
    if isinstance(row, Negotiation):
        concluded = row.state in {"AGREED", "VERIFIED", "FINALIZED"}
        return f"{row.id} is {row.state} without an agreement" if concluded and not row.agreement else None
    pulls = isinstance(row, Transfer) and row.role is Role.CONSUMER and row.format == transfer_machine.PULL
    if pulls and row.state in {TransferState.STARTED, TransferState.SUSPENDED} and not row.data_address:
        return f"{row.id} is {row.state} without an address to pull from"
    return None


def as_rows(rows: Any) -> dict[str, AnyProcess]:
    """Return processes by their identifiers."""
    return {row.id: row for row in rows}
