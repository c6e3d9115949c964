"""Why a negotiation or a transfer ended or does not proceed, as errors of the client in each language."""

from typing import TypeVar

from connector.client.frame.errors import Damaged, RequestRefused, StillWaiting
from connector.language.catalogue import Language, say, tell_reason, translate_text, write_in_all
from connector.views.negotiations import NegotiationView
from connector.views.transfers import TransferView

AnyProcessView = TypeVar("AnyProcessView", NegotiationView, TransferView)


def find_fault(process: NegotiationView | TransferView) -> str:
    """Return why a process does not proceed at present, as far as this connector knows; empty if nothing failed."""
    if process.pending and process.pending.fault:
        return process.pending.fault
    progress = process.progress if isinstance(process, TransferView) else None
    return (progress.waits or progress.error or "") if progress else ""


def is_stuck(process: NegotiationView | TransferView) -> bool:
    """Return whether a message of the peer was refused here that has to come before anything else goes on."""
    return process.refused is not None and process.state != "STARTED"


def tell_refused(process: NegotiationView | TransferView) -> dict[str, str]:
    """Return in each language which message of the peer was refused here and why; empty if none was."""
    refused = process.refused
    if refused is None:
        return {}
    told = {"by": process.counterparty_name or process.peer, "message": refused.message, "reason": refused.reason}
    return write_in_all(lambda language: say(language, "processes.message-refused", **told))


def refuse_here(process: NegotiationView | TransferView) -> StillWaiting:
    """Return the error of a process whose peer sent a message that was refused here, with the way out."""
    noun = "negotiation" if isinstance(process, NegotiationView) else "transfer"
    told = tell_refused(process)

    def write(language: Language) -> str:
        return f"{told[language]} {say(language, f'processes.{noun}-stuck', id=process.id)}"

    error = StillWaiting("message-refused", write("en"), process.id)
    error.reasons = write_in_all(write)
    return error


def wait_longer(code: str, guess: str, process: NegotiationView | TransferView, timeout_s: float) -> StillWaiting:
    """Return the error of a process that has not ended in time, with the reason if it is known."""
    fault = find_fault(process)
    if isinstance(process, NegotiationView):
        reason = f"The negotiation is not finalized after {timeout_s:g} seconds: {guess}."
    else:
        reason = f"The transfer is not completed after {timeout_s:g} seconds: {guess}."
    error = StillWaiting(code, reason, process.id)
    if fault:

        def write(language: Language) -> str:
            told = translate_text(language, fault)
            return say(language, f"processes.{code}-fault", seconds=timeout_s, fault=told)

        texts = write_in_all(write)
        error.reason, error.reasons = texts["en"], texts
        error.args = (error.reason,)
    return error


def find_own_fault(process: TransferView) -> Damaged | None:
    """Return the error of a transfer that ended because its data could not be stored here, else None."""
    ended = process.ended
    if ended is None or ended.code != "not-stored" or ended.by == process.peer:
        return None
    texts = write_in_all(lambda language: tell_reason(language, ended.reason, ended.reasons))
    error = Damaged(ended.code, texts["en"])
    error.reasons = texts
    return error


def refuse(process: NegotiationView | TransferView) -> RequestRefused:
    """Return the error that says in each language who ended a process and why."""
    noun, ended = "negotiation" if isinstance(process, NegotiationView) else "transfer", process.ended

    def write(language: Language) -> str:
        if ended is None:
            return say(language, f"processes.{noun}-ended-silently")
        reason = tell_reason(language, ended.reason, ended.reasons)
        return say(language, f"processes.{noun}-ended", by=_name_ender(process, ended.by), reason=reason)

    error = RequestRefused("terminated", write("en"))
    error.reasons = write_in_all(write)
    return error


def _name_ender(process: NegotiationView | TransferView, id: str) -> str:
    """Return who ended a process: the name of the peer in the participant list, if it was it, and the identifier."""
    name = process.counterparty_name if id == process.peer else ""
    return f"{name} ({id})" if name else id


def advise_renewal(error: RequestRefused) -> RequestRefused:
    """Return a refusal that only another request can change, with how a program makes it.

    `reasons` has the refusal alone: a command says in its own words how to ask again.
    """
    stop = "" if error.reason.endswith((".", "!", "?", "“")) else "."
    advised = RequestRefused(error.code, f"{error.reason}{stop} {say('en', 'processes.ask-again')}")
    advised.reasons = error.reasons or write_in_all(lambda language: tell_reason(language, error.reason))
    advised.renewable = True
    return advised
