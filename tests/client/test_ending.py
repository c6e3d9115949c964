"""Why a process ended, in each language: whose words they are, and whose fault it was."""

import pytest
from msgspec.structs import replace

from connector.client.ending import advise_renewal, find_own_fault, refuse
from connector.client.frame.errors import RequestRefused
from connector.views.common import EndedView
from tests.cli.management import negotiation, transfer

BOTH = {"en": "Uses: at most 3; found 4.", "de": "Nutzungen: höchstens 3; gefunden 4."}


def test_a_reason_that_was_sent_in_both_languages_is_told_in_each() -> None:
    ended = EndedView(code="not-permitted", reason=BOTH["en"], by="urn:city", reasons=BOTH)
    error = refuse(transfer("TERMINATED", ended=ended))
    assert error.reasons == {
        "en": f"The transfer was ended by urn:city: {BOTH['en']}",
        "de": f"Die Lieferung wurde von urn:city beendet: {BOTH['de']}",
    }


def test_a_peer_that_ended_a_process_is_named() -> None:
    process = negotiation("TERMINATED")
    ended = EndedView(code="no", reason="No.", by=process.peer)
    error = refuse(replace(process, ended=ended, counterparty_name="Stadtwerke"))
    assert error.reasons["en"] == f"The negotiation was ended by Stadtwerke ({process.peer}): No."


@pytest.mark.parametrize(
    ("reason", "reasons", "english", "german"),
    [
        ("Come later.", {}, "Come later.", "„Come later.“"),
        ("Später.", {"de": "Später."}, "“Später.”", "Später."),
        (
            "The provider's source is not available at present.",
            {},
            "The provider's source is not available at present.",
            "Die Quelle des Anbieters ist zurzeit nicht verfügbar.",
        ),
        (
            "The provider has withdrawn from the agreement. Ask Ms Muster.",
            {},
            "The provider has withdrawn from the agreement. Ask Ms Muster.",
            "Der Anbieter ist vom Vertrag zurückgetreten. „Ask Ms Muster.“",
        ),
    ],
)
def test_what_a_peer_says_in_one_language_is_quoted_in_another_unless_it_has_a_text_there(
    reason: str, reasons: dict[str, str], english: str, german: str
) -> None:
    ended = EndedView(code="no", reason=reason, by="urn:city", reasons=reasons)
    error = refuse(replace(negotiation("TERMINATED"), ended=ended))
    assert error.reasons["en"] == f"The negotiation was ended by urn:city: {english}"
    assert error.reasons["de"] == f"Die Verhandlung wurde von urn:city beendet: {german}"


def test_only_the_own_connector_says_that_the_data_could_not_be_stored_here() -> None:
    for by, found in (("urn:firm", True), ("urn:city", False)):
        ended = EndedView(code="not-stored", reason="The disk is full.", by=by, reasons={"en": "The disk is full."})
        assert (find_own_fault(transfer("TERMINATED", ended=ended)) is not None) is found


def test_a_refusal_that_a_new_request_may_change_says_so_to_programs_and_leaves_the_words_to_commands() -> None:
    advised = advise_renewal(RequestRefused("terminated", "Used up"))
    assert advised.renewable
    assert str(advised) == "Used up. To ask again, request a new agreement (renew=True)."
    assert advised.reasons == {"en": "Used up", "de": "„Used up“"}
