"""The last act: a company is refused, and the department suspends, resumes and terminates a transfer."""

from connector.cli.demo.delivering import pull_reading
from connector.cli.demo.show import NAMES, WAIT_S, NotShown, Show
from connector.cli.frame.remote import choose_text, explain_error
from connector.cli.processes.outcome import choose_reason
from connector.client.frame.errors import ClientError


def refuse(show: Show) -> str:
    """Let a company request an agreement whose policy it does not satisfy."""
    other = show.clients["other"]
    begun = other.negotiations.start(show.city_id, show.assets[0].id)
    negotiation = other.negotiations.wait(begun.id, timeout_s=WAIT_S)
    if negotiation.state != "TERMINATED" or negotiation.ended is None or not negotiation.ended.reason:
        raise NotShown("demo.not-refused", state=negotiation.state)
    decided = show.city.negotiations.show(negotiation.peer_pid or "").ended
    if decided is None or decided.reason != negotiation.ended.reason:
        raise NotShown("demo.reasons-differ", decided=decided)
    return show.say("demo.refuse", name=NAMES["other"], reason=choose_reason(decided, show.output.lang))


def suspend(show: Show) -> str:
    """Let the department suspend the live transfer, and pull."""
    show.city.transfers.suspend(_find_peer_id(show), reason=show.say("demo.maintenance"))
    transfer = show.firm.transfers.wait(show.running_transfer.id, states=["SUSPENDED"], timeout_s=WAIT_S)
    try:
        reading = pull_reading(show)
    except ClientError as error:
        return show.say("demo.suspend", reason=choose_text(explain_error(error), show.output.lang))
    raise NotShown("demo.not-suspended", state=transfer.state, reading=reading)


def resume(show: Show) -> str:
    """Let the department resume the live transfer, and pull."""
    show.city.transfers.resume(_find_peer_id(show))
    show.firm.transfers.wait(show.running_transfer.id, states=["STARTED"], timeout_s=WAIT_S)
    return show.say("demo.resume", reading=pull_reading(show))


def terminate(show: Show) -> str:
    """Let the department terminate the live transfer, and compare the states of both sides."""
    peer_id = _find_peer_id(show)
    show.city.transfers.terminate(peer_id, reason=show.say("demo.not-needed"))
    states = {
        show.firm.transfers.wait(show.running_transfer.id, states=["TERMINATED"], timeout_s=WAIT_S).state,
        show.city.transfers.wait(peer_id, states=["TERMINATED"], timeout_s=WAIT_S).state,
    }
    if states != {"TERMINATED"}:
        raise NotShown("demo.not-terminated", names=", ".join(map(str, states)))
    return show.say("demo.terminate")


def _find_peer_id(show: Show) -> str:
    """Return the identifier of the live transfer at the department."""
    pid = show.running_transfer.peer_pid
    if pid is None:
        raise NotShown("demo.no-process")
    return show.city.transfers.show(pid).id
