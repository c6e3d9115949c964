"""What negotiations and transfers have in common: how they are shown, waited for, and what their end means."""

from collections.abc import Callable
from typing import TypeVar

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import moment
from connector.client.chapters.negotiations import Ended, Hold, Negotiation
from connector.client.chapters.transfers import Transfer

AnyProcessView = TypeVar("AnyProcessView", Negotiation, Transfer)

GOOD = frozenset({"FINALIZED", "COMPLETED"})


def report_state(call: CommandCall, process: Negotiation | Transfer) -> None:
    """Say where a process stands."""
    call.output.result(process, call.output.say("now", id=process.id, state=_state(call, process)))


def report_waited(
    call: CommandCall,
    process: AnyProcessView,
    seconds: float,
    details: Callable[[AnyProcessView], dict[str, object]],
    wanted: str | None,
) -> None:
    """Show a process that was waited for; end with 4 where it was ended, with 6 where somebody else has to act.

    `wanted` is the state that was waited for, None for the end.
    """
    call.output.details(process, details(process))
    if process.state in GOOD or (wanted and process.state == wanted) or has_arrived(process):
        return
    if process.state == "TERMINATED":
        raise Failure(Code.REFUSED, format_end(call, process))
    if process.hold is not None:
        raise Failure(
            Code.WAITING, call.output.say("waits", id=process.id, reason=choose_reason(process.hold, call.output.lang))
        )
    state = _state(call, process)
    raise Failure(Code.WAITING, call.output.say("slow", id=process.id, state=state, seconds=seconds))


def has_arrived(process: Negotiation | Transfer) -> bool:
    """Tell whether a transfer that is kept open has delivered."""
    return isinstance(process, Transfer) and process.keep and bool(process.progress and process.progress.sha256)


def format_end(call: CommandCall, process: Negotiation | Transfer) -> str:
    """Return the sentence about who ended a process, and why."""
    if process.ended is None:
        return call.output.say("now", id=process.id, state=_state(call, process))
    return call.output.say(
        "ended", id=process.id, by=process.ended.by, reason=choose_reason(process.ended, call.output.lang)
    )


def choose_reason(told: Hold | Ended, lang: str) -> str:
    """Return why something waits or ended: in the language where our connector said it itself, else as it was told."""
    return told.reasons.get(lang, told.reason)


def to_common_fields(process: Negotiation | Transfer, lang: str) -> dict[str, object]:
    """Return the fields that every process has: what it waits for, why it ended, and when."""
    pending, hold, end = process.pending, process.hold, process.ended
    return {
        "owed": pending and f"{pending.message}, tried {pending.attempts} times" + (", in doubt" * pending.in_doubt),
        "waits": hold and f"{choose_reason(hold, lang)} ({hold.who})",
        "ended": end and f"{choose_reason(end, lang)} ({end.code}, by {end.by})",
        "created": moment(process.created_at),
        "changed": moment(process.updated_at),
    }


def _state(call: CommandCall, process: Negotiation | Transfer) -> str:
    state = process.state or call.output.say("asked")
    return call.output.say("owed", state=state, message=process.pending.message) if process.pending else state
