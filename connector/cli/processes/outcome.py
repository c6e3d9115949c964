"""The state and the end of negotiations and transfers, as sentences, fields and exit codes."""

from collections.abc import Callable

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.frame.remote import choose_text
from connector.client.ending import AnyProcessView, find_fault, tell_refused
from connector.language.catalogue import Language, tell_reason, translate_text
from connector.views.common import EndedView, PendingView
from connector.views.holds import HoldView
from connector.views.negotiations import NegotiationView
from connector.views.transfers import TransferView

GOOD = frozenset({"FINALIZED", "COMPLETED"})


def report_state(call: CommandCall, process: NegotiationView | TransferView) -> None:
    """Print the state of a process."""
    call.output.print_result(process, call.output.say("cli.state", id=process.id, state=_format_state(call, process)))


def report_waited(
    call: CommandCall,
    process: AnyProcessView,
    seconds: float,
    details: Callable[[AnyProcessView], dict[str, object]],
    wanted: str | None,
) -> None:
    """Print a process after a wait; fail with code 4 if it was terminated, with code 6 if it has not ended.

    `wanted` is the state to wait for, None for the end.
    """
    call.output.print_details(process, details(process))
    if process.state in GOOD or (wanted and process.state == wanted) or has_arrived(process):
        return
    if process.state == "TERMINATED":
        raise build_refusal(call, process)
    if process.hold is not None:
        raise Failure(
            Code.WAITING,
            "cli.waits",
            id=process.id,
            reason=say_why_held(process.hold, call.output.lang),
        )
    state = _format_state(call, process)
    refused = tell_refused(process)
    if refused:
        reason = refused[call.output.lang]
        raise Failure(Code.WAITING, "cli.continues-refused", id=process.id, state=state, reason=reason)
    fault = call.output.translate(find_fault(process))
    if fault:
        raise Failure(Code.WAITING, "cli.continues-fault", id=process.id, state=state, seconds=seconds, fault=fault)
    raise Failure(Code.WAITING, "cli.continues", id=process.id, state=state, seconds=seconds)


def has_arrived(process: NegotiationView | TransferView) -> bool:
    """Return whether a transfer that is kept open has delivered its data."""
    return isinstance(process, TransferView) and process.keep and bool(process.progress and process.progress.sha256)


def build_refusal(call: CommandCall, process: NegotiationView | TransferView) -> Failure:
    """Return the failure that names who terminated a process, and why."""
    if process.ended is None:
        return Failure(Code.REFUSED, "cli.state", id=process.id, state=_format_state(call, process))
    reason = choose_reason(process.ended, call.output.lang)
    return Failure(Code.REFUSED, "cli.terminated", id=process.id, by=process.ended.by, reason=reason)


def choose_reason(entry: HoldView | EndedView, lang: Language) -> str:
    """Return the reason of a Hold or an end: in the language if it is known in it, else as it was received.

    The words of whoever ended a process are quoted then.
    """
    if isinstance(entry, EndedView):
        return tell_reason(lang, entry.reason, entry.reasons)
    return entry.reasons.get(lang) or translate_text(lang, entry.reason)


def say_why_held(hold: HoldView, lang: Language) -> str:
    """Return the reason of a Hold, and what has become of the offer since."""
    return " ".join(filter(None, (choose_reason(hold, lang), hold.remark.get(lang))))


def to_head_fields(process: NegotiationView | TransferView, lang: Language) -> dict[str, object]:
    """Return the fields that say what a process is: its state, its counterparty and its dataset."""
    return {
        "id": process.id,
        "role": process.role,
        "state": process.state,
        "counterparty": process.peer,
        "name": process.counterparty_name,
        "dataset": process.dataset,
        "title": choose_text(process.title, lang),
    }


def to_common_fields(process: NegotiationView | TransferView, output: Output) -> dict[str, object]:
    """Return the fields of every process: its pending and its refused message, its HoldView, its end and its times."""
    pending, hold, end = process.pending, process.hold, process.ended
    return {
        "pending": pending and format_pending(pending, output),
        "waits for": hold and f"{say_why_held(hold, output.lang)} ({output.name_value(hold.who)})",
        "refused": tell_refused(process).get(output.lang),
        "ended": end and output.say("cli.ended", reason=choose_reason(end, output.lang), code=end.code, by=end.by),
        "created": output.format_time(process.created_at),
        "changed": output.format_time(process.updated_at),
    }


def format_pending(pending: PendingView, output: Output) -> str:
    """Return a pending message as a sentence: its attempts, why the last one failed, and when the next one is."""
    key = "cli.pending-in-doubt" if pending.in_doubt else "cli.pending"
    text = output.say(key, message=output.name_value(pending.message), attempts=pending.attempts)
    if pending.fault:
        text = output.say("cli.pending-fault", pending=text, fault=output.translate(pending.fault))
    if not pending.next_at:
        return text
    return output.say("cli.pending-next", pending=text, at=output.format_time(pending.next_at))


def _format_state(call: CommandCall, process: NegotiationView | TransferView) -> str:
    state = call.output.name_value(process.state) if process.state else call.output.say("cli.state-requested")
    if not process.pending:
        return state
    return call.output.say("cli.state-pending", state=state, message=call.output.name_value(process.pending.message))
