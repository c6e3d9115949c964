"""Each rule that makes two connectors converge, taken away at the one place where it is.

`without(name)` is a context in which a rule does not hold. The simulation has to notice: `test_rules.py`.
"""

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import msgspec

from connector.controlplane.core import messages
from connector.controlplane.processes import inbound, inbound_negotiation, inbound_transfer
from connector.controlplane.processes.sending import reconcile, settling, stalling
from connector.ports.entities import agreements
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.machines import machine, negotiation_machine, transfer_machine
from tests.simulation.world import DiskStore

_received, _found_in_force = inbound.receive, inbound_transfer._find_in_force
_receive, _plan, _observed, _on_the_table = machine.receive, machine.plan, machine.observe, messages._propose


def _forgetting(process: Any, table: Any, message: str, digest: str, now: int) -> Any:
    """Receive without remembering what was accepted last."""
    known = process.accepted
    forgotten = process if known is None or known.digest == machine.UNSEEN else _with(process, accepted=None)
    return _receive(forgotten, table, message, digest, now)


def _literal(process: Any, table: Any, message: str, digest: str, now: int) -> Any:
    """Receive without taking a later message for the acknowledgement of ours."""
    pending = process.pending
    if pending is None:
        return _receive(process, table, message, digest, now)
    outcome = _receive(_with(process, pending=_with(pending, target="nowhere")), table, message, digest, now)
    if isinstance(outcome, machine.Applied) and outcome.process.pending:
        return machine.Applied(_with(outcome.process, pending=pending))
    return outcome


def _calling_back(process: Any, table: Any, message: str, body: bytes, now: int) -> Any:
    """Plan over a pending message that ends the process."""
    pending = process.pending
    ending = (
        pending
        and pending.target in table.terminal
        and table.ranks.get(message, 0) > table.ranks.get(pending.message, 0)
    )
    return _plan(_with(process, pending=None) if ending else process, table, message, body, now)


def _guessing(process: Any, table: Any, state: str, now: int, **how: Any) -> Any:
    """Infer from the state of the peer a transition whose message has content, too."""
    transitions = tuple(_with(transition, has_content=False) for transition in table.transitions)
    return _observed(process, _with(table, transitions=transitions), state, now, **how)


def _hasty(process: Any, table: Any, state: str, now: int, **how: Any) -> Any:
    """Take the peer's state as proof also where it may still wait for our answer."""
    return _observed(process, table, state, now)


def _same_offer(context: Any, process: Any, policy: bytes) -> Any:
    """Offer again under the identifier of the offer before."""
    return _on_the_table(dataclasses.replace(context, new_id=lambda: process.offer_id), process, policy)


def _only_once(process: Any, table: Any, message: str, digest: str, now: int) -> Any:
    """Receive without taking the last message with other content in its place."""
    return _receive(process, _with(table, renewable=frozenset()), message, digest, now)


async def _undecided(*_: Any, **__: Any) -> Any:
    """Take the pid of another process for a version that moved."""
    raise Conflict("taken")


async def _uncounted(driver: Any, process: Any, *_: Any) -> Any:
    """Try a step without progress again at once."""
    await asyncio.sleep(0.01)
    return process


async def _blind(*_: Any, **__: Any) -> None:
    """Ask nobody where the peer stands."""


async def _anybody(context: Any, caller: Any, load: Any, *arguments: Any, **named: Any) -> Any:
    """Take a message from anybody for one of the peer."""
    process = await load()
    return await _received(context, _with(caller, participant=process.peer), load, *arguments, **named)


async def _by_pid_alone(store: Any, owner: str, kind: Any, role: Any, peer: str, peer_pid: str) -> Any:
    """Find a process by the pid of its peer, whoever the peer is."""
    rows = [row for row in store.peek_all(kind) if row.role is role and row.peer_pid == peer_pid]
    return rows[0] if rows else None


async def _in_force_for_all(receiver: Any, caller: Any, agreement_id: str) -> Any:
    """Let anybody request the data of an agreement."""
    agreement = await receiver.context.store.agreement(receiver.context.owner, agreement_id)
    owner = agreement.counterparty if agreement else caller.participant
    return await _found_in_force(receiver, _with(caller, participant=owner), agreement_id)


async def _always_new(context: Any, caller: Any, known: Any, digest: str) -> Any:
    """Refuse an initial request that came before."""
    return inbound.decline(known, 400, "pid-in-use", "The pid already identifies another process: use a new pid.")


def _with(value: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(value, **changes)


Removal = tuple[Any, str, Callable[..., Any]]

RULES: dict[str, tuple[Removal, ...]] = {
    "repeat re-acknowledgement": ((machine, "receive", _forgetting),),
    "initial request idempotent": (
        (inbound_negotiation, "answer_again", _always_new),
        (inbound_transfer, "answer_again", _always_new),
    ),
    "implied acknowledgement": ((machine, "receive", _literal),),
    "GET after refusal or doubt": ((reconcile, "ask", _blind),),
    "crossing rank": ((machine, "_rank", lambda table, message: 0),),
    "content: never inferred": ((machine, "observe", _guessing),),
    "what ends cannot be called back": ((machine, "plan", _calling_back),),
    "fresh offer identifiers": ((messages, "_propose", _same_offer),),
    "the look": ((reconcile, "look", _blind),),
    "no proof while an answer is awaited": ((machine, "observe", _hasty),),
    "lost: a repeat shows it": ((machine, "find_lost", lambda process, table: None),),
    "lost: the look shows it": ((reconcile, "_repeat_lost", lambda driver, process, state: None),),
    "lost: sent again": (
        (inbound_negotiation, "send_again", lambda context, process: process),
        (messages, "send_again", lambda context, process: process),
    ),
    "an agreement under another identifier": ((machine, "receive", _only_once),),
    "data under another identifier": ((settling, "_rename_agreement", _blind),),
    "a pid of another process ends it": ((settling, "settle_taken", _undecided),),
    "a process is its peer's": ((inbound, "receive", _anybody),),
    "a pid is its peer's": ((DiskStore, "process_of_peer", _by_pid_alone),),
    "an agreement is its consumer's": ((inbound_transfer, "_find_in_force", _in_force_for_all),),
    "an agreement is filed under its provider": tuple(
        (place, "make_agreement_key", lambda role, counterparty, agreement_id: agreement_id)
        for place in (negotiation_machine, transfer_machine, inbound_transfer, settling, agreements)
    ),
    "no progress is counted": ((settling, "settle_taken", _undecided), (stalling, "stall", _uncounted)),
}


# The rules that keep two peers of one side apart: only a universe with a third side can miss them.
AMONG_THREE = {
    "a process is its peer's",
    "a pid is its peer's",
    "an agreement is its consumer's",
    "an agreement is filed under its provider",
}


@contextmanager
def without(name: str) -> Iterator[None]:
    """Take a rule away for a while."""
    patches = [patch.object(place, attribute, replacement) for place, attribute, replacement in RULES[name]]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()
