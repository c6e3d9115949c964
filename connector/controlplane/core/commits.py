"""Commits a process: its new state, its audit leaf and further changes, in one group."""

import hashlib
import logging
from collections.abc import Mapping

import msgspec

from connector.audit.leaves import SALT_BYTES, leaf
from connector.controlplane.core.context import Context
from connector.ports.changes import AppendLeaf, Change, DropHold, PutHold, PutProcess
from connector.ports.store import AnyProcess
from connector.protocol.dsp.machines.machine import P

log = logging.getLogger(__name__)


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
    """Store `after` with its audit leaf and further changes, all or nothing; return it with its new version.

    Raises Conflict if the process was changed since `before` was read, and the other errors of the store.
    """
    if before is not None and before.held and not any(isinstance(change, PutHold) for change in changes):
        # Any change of the process answers the question of its Hold.
        after = msgspec.structs.replace(after, held=False)
        changes = (*changes, DropHold(context.owner, before.id))
    change = put(after, before.version if before else None)  # type: ignore[arg-type]  # P is one of the two processes
    group: list[Change] = [change, *changes]
    if event:
        state_from = before.state if before else None
        details = {
            "from": state_from or "INITIAL",
            "to": after.state or "INITIAL",
            "peer": after.peer,
            **(fields or {}),
        }
        group.append(record(context, event, after.id, details))
    await context.store.commit(group)
    if event:
        # Both pids, so that a reader can follow one process through the logs of both connectors.
        named = {"pid": after.id, "peer_pid": after.peer_pid, "peer": after.peer, "state": after.state or "INITIAL"}
        log.info(event, extra={name: value for name, value in named.items() if value})
    context.watch.notify(after.id)
    return change.process  # type: ignore[return-value]  # the same process, with its new version


def record(context: Context, event: str, process_id: str, fields: Mapping[str, object]) -> AppendLeaf:
    """Return the change that appends one audit leaf: ids, hashes, states and decisions, never payload."""
    # A new identifier is random enough for a salt, and comes from the only source of identifiers.
    salt = hashlib.sha256(context.new_id().encode()).digest()[:SALT_BYTES]
    made = leaf(
        owner=context.owner,
        id=context.new_id(),
        salt=salt,
        at=context.now(),
        kind=event,
        process_id=process_id,
        fields=fields,
    )
    return AppendLeaf(made)
