"""Commits a process: its moves, an audit leaf for each, and further changes, in one group."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Generic

import msgspec

from connector.audit.leaves import leaf
from connector.controlplane.core.context import Context
from connector.controlplane.core.watch import DELIVERED, INPUTS
from connector.ports.changes import AppendLeaf, Change, DropHold, PutHold, PutProcess
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import P
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, Transfer

log = logging.getLogger(__name__)


class Move(msgspec.Struct, Generic[P], frozen=True):
    """A move of a process: the process `after` it, the further `changes` that belong to it, and its audit leaf.

    `event` is the kind of the leaf (empty: no leaf), `fields` are its further fields.
    """

    after: P
    changes: Sequence[Change] = ()
    event: str = ""
    fields: Mapping[str, object] = {}


def put(process: AnyProcess, expected: int | None) -> PutProcess:
    """Return the change that stores `process` in place of the version that was read (None: a new row)."""
    version = 1 if expected is None else expected + 1
    return PutProcess(msgspec.structs.replace(process, version=version), expected)


async def commit(
    context: Context,
    before: P | None,
    after: P,
    *changes: Change,
    event: str = "",
    fields: Mapping[str, object] | None = None,
) -> P:
    """Store one move of a process as `commit_moves` does."""
    return await commit_moves(context, before, Move(after, changes, event, fields or {}))


async def commit_moves(context: Context, before: P | None, *moves: Move[P]) -> P:
    """Store the last of successive moves with the leaves and changes of each, all or nothing; return its new version.

    An acknowledgement of the peer that no commit contains yet is stored with them, as the first move. Raises Conflict
    if the process was changed since `before` was read, and the other errors of the store.
    """
    state = before.state if before else None
    kept = context.acknowledged.find(before) if before else None  # type: ignore[arg-type]  # one of the two processes
    if kept and before and before.pending is None:
        state, moves = kept.stored.state, (Move(before, event=kept.event), *moves)
    after, changes = moves[-1].after, [change for move in moves for change in move.changes]
    if before is not None and before.held and not any(isinstance(change, PutHold) for change in changes):
        # Any change of the process answers the question of its Hold.
        after = msgspec.structs.replace(after, held=False)
        changes.append(DropHold(context.owner, before.id))
    stored = put(after, before.version if before else None)  # type: ignore[arg-type]  # P is one of the two processes
    group: list[Change] = [stored, *changes]
    at = context.now()
    for move in moves:
        if move.event:
            named = {"from": state or "INITIAL", "to": move.after.state or "INITIAL", "peer": move.after.peer}
            group.append(record(context, move.event, after.id, {**named, **move.fields}, at))
        state = move.after.state
    await context.store.commit(group)
    context.acknowledged.drop(after.id)
    for move in moves:
        if move.event:
            _log(move)
    context.watch.notify(after.id)
    if isinstance(after, Transfer):
        if after.state in TRANSFER.terminal:
            context.watch.notify(INPUTS, after.dataset)
        if after.role is Role.PROVIDER:
            context.watch.notify(DELIVERED, after.dataset)
    return stored.process  # type: ignore[return-value]  # the same process, with its new version


def _log(move: Move[Any]) -> None:
    # Both pids, so that a reader can follow one process through the logs of both connectors.
    process = move.after
    other = {"peer_pid": process.peer_pid} if process.peer_pid else {}
    reason = move.fields.get("reason")
    # The reason of a decision may quote personal data, or be the words of a person.
    why = {"reason": reason} if reason and not move.event.startswith("decided ") else {}
    state = process.state or "INITIAL"
    log.info(move.event, extra={"pid": process.id, **other, "peer": process.peer, "state": state, **why})


def record(
    context: Context, event: str, process_id: str, fields: Mapping[str, object], at: int | None = None
) -> AppendLeaf:
    """Return the change that appends one audit leaf: ids, hashes, states and decisions, never payload.

    `at` is when it happened, in ms; None for now.
    """
    made = leaf(
        owner=context.owner,
        id=context.new_id(),
        salt=context.new_salt(),
        at=context.now() if at is None else at,
        kind=event,
        process_id=process_id,
        fields=fields,
    )
    return AppendLeaf(made)
