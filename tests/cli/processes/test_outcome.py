"""The state and the end of negotiations and transfers, as sentences, fields and exit codes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.processes.outcome import (
    build_refusal,
    choose_reason,
    format_pending,
    has_arrived,
    report_state,
    report_waited,
    to_common_fields,
)
from connector.language.catalogue import Language
from connector.views.common import EndedView, PendingView, RefusedView
from connector.views.transfers import DeliveryView
from tests.cli.management import negotiation, transfer

CALL = CommandCall(output=Output(json=False, lang="en"))
GERMAN = CommandCall(output=Output(json=False, lang="de"))
PENDING = PendingView(message="ContractRequestMessage", attempts=2, refusals=0, in_doubt=False)


@pytest.mark.parametrize(
    ("process", "sentence"),
    [
        (negotiation("AGREED"), "urn:n is AGREED."),
        (negotiation(None), "urn:n is requested, not acknowledged yet."),
        (transfer("STARTED", pending=PENDING), "urn:t is STARTED (ContractRequestMessage pending)."),
    ],
)
def test_a_state_is_a_sentence(capsys: pytest.CaptureFixture[str], process: Any, sentence: str) -> None:
    report_state(CALL, process)
    assert capsys.readouterr().out == f"{sentence}\n"


@pytest.mark.parametrize(
    ("process", "code", "sentence"),
    [
        (negotiation("TERMINATED", ended="No."), Code.REFUSED, "urn:n wurde von urn:city abgebrochen: „No.“"),
        (negotiation("TERMINATED"), Code.REFUSED, "urn:n: abgebrochen."),
        (negotiation("OFFERED", hold="Look."), Code.WAITING, "urn:n wartet auf eine Entscheidung: Look."),
        (transfer("STARTED"), Code.WAITING, "urn:t ist nach 2 s noch nicht beendet (Stand: läuft) und läuft weiter"),
    ],
)
def test_a_wait_without_success_is_a_failure_with_a_reason(
    capsys: pytest.CaptureFixture[str], process: Any, code: Code, sentence: str
) -> None:
    with pytest.raises(Failure) as failed:
        report_waited(GERMAN, process, 2.0, lambda shown: {"id": shown.id}, None)
    assert failed.value.code is code
    assert failed.value.say("de").startswith(sentence)
    assert capsys.readouterr().out == f"Kennung  {process.id}\n"


@pytest.mark.parametrize(
    ("process", "wanted"),
    [(negotiation("FINALIZED"), None), (transfer("COMPLETED"), None), (transfer("SUSPENDED"), "SUSPENDED")],
)
def test_a_wait_with_success_prints_only(process: Any, wanted: str | None) -> None:
    report_waited(CALL, process, 2.0, lambda shown: {"id": shown.id}, wanted)


def test_only_an_open_transfer_with_a_digest_has_arrived() -> None:
    whole, part = DeliveryView(bytes_moved=1, sha256="0" * 64), DeliveryView(bytes_moved=1)
    assert has_arrived(transfer("STARTED", keep=True, delivered=whole))
    assert not has_arrived(transfer("STARTED", keep=True, delivered=part))
    assert not has_arrived(transfer("STARTED", delivered=whole))
    assert not has_arrived(negotiation("FINALIZED"))


def test_a_reason_is_in_the_language_of_the_call_or_quoted() -> None:
    end = EndedView(code="policy", reason="as received", by="urn:city", reasons={"de": "Nein."})
    assert (choose_reason(end, "de"), choose_reason(end, "en")) == ("Nein.", "“as received”")
    assert build_refusal(CALL, negotiation("TERMINATED")).say("en") == "urn:n is TERMINATED."


def test_the_fields_of_a_process_name_its_pending_message_its_hold_and_its_end() -> None:
    fields = to_common_fields(negotiation("REQUESTED", hold="Look.", ended="No.", pending=PENDING), CALL.output)
    assert fields["pending"] == "ContractRequestMessage, tried 2 times"
    assert fields["waits for"] == "Look. (consumer)"
    assert fields["ended"] == "No. (not-permitted, by urn:city)"


@pytest.mark.parametrize(("lang", "said"), [("en", "was refused here"), ("de", "wurde hier abgelehnt")])
def test_a_refused_message_of_the_counterparty_is_told_with_the_reason(lang: Language, said: str) -> None:
    refused = RefusedView(message="ContractAgreementMessage", reason="No target.", at=datetime(2026, 7, 1, tzinfo=UTC))
    process = negotiation("REQUESTED", refused=refused)
    told = str(to_common_fields(process, Output(json=False, lang=lang))["refused"])
    assert said in told
    assert "ContractAgreementMessage" in told
    assert "No target." in told
    with pytest.raises(Failure) as caught:
        report_waited(CALL, process, 1.0, lambda _: {}, None)
    assert (caught.value.code, "No target." in caught.value.say("en")) == (Code.WAITING, True)


@pytest.mark.parametrize(("lang", "said"), [("en", "next attempt at"), ("de", "nächster Versuch um")])
def test_a_pending_message_says_why_it_is_not_delivered_and_when_it_is_tried_again(lang: Language, said: str) -> None:
    at = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    told = format_pending(
        PendingView(message="M", attempts=3, refusals=0, in_doubt=True, fault="no answer", next_at=at),
        Output(json=False, lang=lang),
    )
    assert "no answer" in told
    assert said in told
