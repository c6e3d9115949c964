"""A refused message is noted on its process, where that takes nothing away."""

import msgspec

from connector.controlplane.processes.refusals import mark, note
from connector.ports.identity import Caller
from connector.protocol.dsp.machines.negotiation_machine import NegotiationState
from tests.controlplane.processes.bargain import requested
from tests.support.plane import CITY, NOW, Desk

OPEN = requested({"permission": [{"action": "use"}]})


def test_a_refused_message_is_noted_once_with_its_reason_and_time() -> None:
    marked = mark(OPEN, "agreement", "The timestamp is missing.", NOW)
    assert marked.refused is not None
    assert (marked.refused.message, marked.refused.reason, marked.refused.at) == (
        "agreement",
        "The timestamp is missing.",
        NOW,
    )
    assert mark(marked, "agreement", "The timestamp is missing.", NOW + 1) is marked
    assert mark(marked, "agreement", "The target is missing.", NOW + 1) is not marked


def test_a_process_that_has_ended_or_waits_for_a_person_is_not_changed() -> None:
    for process in (
        msgspec.structs.replace(OPEN, state=NegotiationState.TERMINATED),
        msgspec.structs.replace(OPEN, state=NegotiationState.FINALIZED),
        msgspec.structs.replace(OPEN, held=True),
    ):
        assert mark(process, "agreement", "The timestamp is missing.", NOW) is process


async def test_nobody_but_its_peer_can_leave_a_note_on_a_process(desk: Desk) -> None:
    async def load() -> object:
        return OPEN

    other = Caller(participant=f"{CITY}-2", claims={}, evidence={}, replay_key=None)
    await note(desk.rooms.context, load, other, "agreement", "The timestamp is missing.")  # type: ignore[arg-type]
    assert await desk.rooms.context.store.negotiation(OPEN.owner, OPEN.id) is None
