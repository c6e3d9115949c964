"""Shared by inbound messages of both kinds of process: repeated requests, common refusals, reasons of a peer."""

from typing import Any

import msgspec

from connector.controlplane.core import messages
from connector.controlplane.core.context import Context
from connector.controlplane.processes import inbound
from connector.controlplane.processes.inbound import Declined, ProcessAnswer
from connector.language.catalogue import match_language, say
from connector.ports.identity import Caller
from connector.ports.store_errors import Conflict, Replayed
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Ended
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
        return inbound.NOT_AUTHENTICATED
    except Conflict:
        return BUSY
    return msgspec.structs.replace(answer, created=True)


def read_end(code: str | None, reason: tuple[Any, ...], by: str) -> Ended:
    """Return the end of a process that a peer states: its reasons as bounded lines, by language where it names one.

    A text without a language is the reason for everybody; beside texts in other languages, it is taken as English.
    """
    plain: list[str] = []
    told: dict[str, list[str]] = {}
    for entry in reason[:MOST_REASONS]:
        tag = entry.get("@language") if isinstance(entry, dict) else None
        language = match_language(tag) if isinstance(tag, str) else None
        value = entry.get("@value", entry) if isinstance(entry, dict) else entry
        (told.setdefault(language, []) if language else plain).append(value if isinstance(value, str) else str(value))
    reasons = {language: _write_line(texts) for language, texts in told.items()}
    if plain and reasons:
        reasons.setdefault("en", _write_line(plain))
    line = _write_line(plain) if plain else next((reasons[one] for one in ("en", *reasons) if one in reasons), "")
    return Ended(code or "terminated", line, by, reasons)


def _write_line(texts: list[str]) -> str:
    line = " ".join(" ".join(texts).split())
    return "".join(character for character in line if character.isprintable())[:LONGEST_REASON]
