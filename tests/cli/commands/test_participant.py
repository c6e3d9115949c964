"""`participant`: listed, excluded and admitted again."""

from connector.views.participants import BlockView, ParticipantView
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management

BLOCK = BlockView(participant="urn:firma", at=NOW, by="person", reason="Breach of contract.")
FIRM = ParticipantView(id="urn:firma", name="Firma", address=None, roles=(), claims={}, block=BLOCK)


def test_a_participant_is_excluded_with_its_reason_and_admitted_again(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/participants/urn:firma/block", BLOCK)
    management.answer("POST", "/v1/participants/urn:firma/unblock", BLOCK)
    management.answer("GET", "/v1/blocks", [BLOCK])
    done = cli("participant", "block", "urn:firma", "--reason", "Breach of contract.", "--yes", "--lang", "de")
    assert "ausgeschlossen: Breach of contract." in done.out
    assert management.bodies("POST", "/v1/participants/urn:firma/block") == [{"reason": "Breach of contract."}]
    assert "admitted again" in cli("participant", "unblock", "urn:firma", "--lang", "en").out


def test_nobody_is_excluded_without_a_confirmation(cli: Cli, management: Management) -> None:
    assert cli("participant", "block", "urn:firma").code == 2
    assert management.bodies("POST", "/v1/participants/urn:firma/block") == []


def test_the_list_says_who_is_excluded(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/participants", {"items": [FIRM], "next": None})
    management.answer("GET", "/v1/blocks", [BLOCK])
    assert "Breach of contract." in cli("participant", "list").out
    assert cli("participant", "list", "--blocked", "--json").json["items"][0]["by"] == "person"
