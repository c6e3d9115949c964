"""The last act: a refusal needs one reason on both sides, and a suspended transfer returns no data."""

import hashlib
from dataclasses import replace

import pytest

from connector.cli.demo.controlling import refuse, resume, suspend, terminate
from connector.cli.demo.show import NotShown, Show
from tests.cli.management import Management, negotiation, transfer

READING = b'{"reading": 7}'


@pytest.fixture
def running(management: Management) -> Management:
    """A live transfer that the department controls and the company pulls from."""
    management.answer("GET", "/v1/transfers/urn:peer", transfer("STARTED", id="urn:peer"))
    for verb in ("suspend", "resume", "terminate"):
        management.answer("POST", f"/v1/transfers/urn:peer/{verb}", transfer("STARTED", id="urn:peer"))
    management.answer("POST", "/v1/transfers/urn:live/pull", {"bytes_moved": len(READING)})
    file = {"path": "parking.json", "size": len(READING), "sha256": hashlib.sha256(READING).hexdigest()}
    management.answer("GET", "/v1/transfers/urn:live/files", {"items": [file], "next": None})
    management.answer("GET", "/v1/transfers/urn:live/content", READING)
    return management


def test_a_refusal_has_the_same_reason_on_both_sides(show: Show, management: Management) -> None:
    management.answer("POST", "/v1/negotiations", negotiation(None), status=202)
    refused = negotiation("TERMINATED", ended="The purpose does not match.", peer_pid="urn:p")
    management.answer("GET", "/v1/negotiations/urn:n/wait", refused)
    management.answer("GET", "/v1/negotiations/urn:p", refused)
    assert refuse(show) == "Werbeagentur Schall is refused, with the reason: The purpose does not match."
    management.answer("GET", "/v1/negotiations/urn:p", negotiation("TERMINATED", ended="Another one."))
    with pytest.raises(NotShown, match="Both sides should have the same reason"):
        refuse(show)
    management.answer("GET", "/v1/negotiations/urn:n/wait", negotiation("FINALIZED"))
    with pytest.raises(NotShown, match="should be refused with a reason; the negotiation is FINALIZED"):
        refuse(show)


def test_a_suspended_transfer_returns_no_data(show: Show, running: Management) -> None:
    running.answer("GET", "/v1/transfers/urn:live/wait", transfer("SUSPENDED"))
    with pytest.raises(NotShown, match="should return no data and returned #7"):
        suspend(show)
    running.refuse("POST", "/v1/transfers/urn:live/pull", 409, "wrong-state", "The transfer is SUSPENDED.")
    assert suspend(show).endswith("the next pull returns no data: The transfer is SUSPENDED.")
    reason = "The transfer is SUSPENDED: pull only while it is STARTED."
    running.refuse("POST", "/v1/transfers/urn:live/pull", 409, "wrong-state", reason)
    german = replace(show, output=replace(show.output, lang="de"))
    assert suspend(german).endswith(
        "Der Stand der Lieferung ist unterbrochen: Ein Abruf ist nur möglich, während sie läuft."
    )
    (_, body, _) = running.bodies("POST", "/v1/transfers/urn:peer/suspend")
    assert body == {"reason": "The department suspends the transfer for maintenance."}


def test_a_resumed_transfer_returns_data_again(show: Show, running: Management) -> None:
    running.answer("GET", "/v1/transfers/urn:live/wait", transfer("STARTED"))
    assert resume(show) == "It resumes the transfer, and the next pull returns data again (#7)."


def test_both_sides_have_to_report_the_end(show: Show, running: Management) -> None:
    running.answer("GET", "/v1/transfers/urn:live/wait", transfer("TERMINATED"))
    running.answer("GET", "/v1/transfers/urn:peer/wait", transfer("TERMINATED"))
    assert terminate(show) == "It terminates the transfer; both sides report TERMINATED."
    running.answer("GET", "/v1/transfers/urn:peer/wait", transfer("COMPLETED"))
    with pytest.raises(NotShown, match="should report TERMINATED"):
        terminate(show)
