"""Shared by inbound messages of both kinds of process: repeated requests, common refusals, reasons of a peer."""

from typing import Any

import msgspec

from connector.controlplane.core import messages
from connector.controlplane.core.context import Context
from connector.controlplane.processes import inbound
from connector.controlplane.processes.inbound import Declined, ProcessAnswer
from connector.language.catalogue import say
from connector.ports.changes import Conflict, Replayed
from connector.ports.identity import Caller
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState

BUSY = Declined(
    status=503,
    code="busy",
    reason="Another request created the process at the same time: send the request again.",
    retry_after_s=1,
)
TOO_MANY_OPEN = "Too many processes of your participant are open: terminate some, then send the request again."
TOO_MANY_HELD = (
    "Too many requests of your participant wait for a person: terminate some, or send the request again later."
)
MOST_REASONS, LONGEST_REASON = 5, 500


async def refuse_blocked(context: Context, caller: Caller) -> Declined | None:
    """Return the refusal of a blocked participant with the recorded reason, or None."""
    block = await context.store.block(context.owner, caller.participant)
    if block is None:
        return None
    reason = f"{say('en', 'processes.blocked')} {block.reason}".strip()
    return Declined(status=403, code="blocked", reason=reason)


async def answer_again(context: Context, caller: Caller, known: Any, digest: str) -> ProcessAnswer | Declined:
    """Answer an initial request for an existing process: a repeat returns that process, another request gets a 400."""
    if known.request_digest != digest:
        reason = "The pid already identifies another process: use a new pid."
        return inbound.decline(known, 400, "pid-in-use", reason)
    # The first acknowledgement may be lost, so the answer is the same; the peer reads later states by GET.
    first = NegotiationState.REQUESTED if known.role is Role.PROVIDER else NegotiationState.OFFERED
    after = messages.send_again(context, known) if isinstance(known, Negotiation) else known
    try:
        answer = await inbound.answer_repeat(context, caller, known, after, first, "the first message")
    except Replayed:
        return inbound.REPLAYED
    except Conflict:
        return BUSY
    return msgspec.structs.replace(answer, created=True)


def format_reason(reason: tuple[Any, ...]) -> str:
    """Return a peer's reasons, texts or texts with a language, as one bounded line."""
    values = [entry.get("@value", entry) if isinstance(entry, dict) else entry for entry in reason[:MOST_REASONS]]
    texts = [entry if isinstance(entry, str) else str(entry) for entry in values]
    line = " ".join(" ".join(texts).split())
    return "".join(character for character in line if character.isprintable())[:LONGEST_REASON]
