"""`agreement evidence` and `agreement verify`: a file for whoever has to be convinced, and what is told of it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from connector.authority.card import card, render
from connector.identity.keys import public_jwk
from connector.protocol.dcp.document import write_document
from connector.protocol.evidence import AgreementEvidence
from tests.cli.conftest import Cli
from tests.cli.management import Management
from tests.identity import test_evidence as evidences
from tests.identity.lists import CITY, CITY_KEY, NOW, OPERATOR, UTILITY, UTILITY_KEY, document, member, signed

ADDRESS = "https://peer.example/dsp"


@pytest.fixture
def listed() -> tuple[str, str]:
    """Write a participant list that has ended, and the card of its operator, into the working folder."""
    members = (member(CITY, CITY_KEY), member(UTILITY, UTILITY_KEY))
    Path("roster.jws").write_bytes(signed(document(members=members, expires=NOW + timedelta(hours=1))))
    Path("operator.json").write_bytes(render(card(OPERATOR, id="did:web:operator.example", name="O", address=ADDRESS)))
    return "roster.jws", "operator.json"


def write(made: AgreementEvidence, name: str = "evidence.json") -> str:
    Path(name).write_bytes(evidences.render(made))
    return name


def test_the_evidence_is_written_to_a_new_file_and_never_over_another(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/agreements/urn:a/evidence", evidences.make())
    done = cli("agreement", "evidence", "urn:a", "-o", "proof.json", "--lang", "de")
    assert done.out == "proof.json ist geschrieben: Beide Vertragspartner haben signiert.\n"
    assert cli("agreement", "verify", "proof.json").code == 0
    assert cli("agreement", "evidence", "urn:a", "-o", "proof.json").code == 2


def test_it_is_told_if_the_other_side_has_signed_nothing(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/agreements/urn:a/evidence", evidences.make(sealed=False))
    assert "has signed nothing" in cli("agreement", "evidence", "urn:a", "-o", "proof.json").out
    assert "does not prove" in cli("agreement", "verify", "proof.json").err


def test_who_agreed_to_what_and_when_is_shown(cli: Cli, listed: tuple[str, str]) -> None:
    words = ("agreement", "verify", write(evidences.make()), "--list", listed[0], "--operator", listed[1])
    done = cli(*words)
    assert done.code == 0
    for text in (CITY, UTILITY, "2026-03-01"):
        assert text in done.out
    assert "nothing was changed" in done.err
    assert json.loads(cli(*words, "--json").out)["listed"] == [CITY, UTILITY]


def test_without_a_list_it_is_told_that_the_keys_are_not_proven(cli: Cli) -> None:
    done = cli("agreement", "verify", write(evidences.make()), "--lang", "de")
    assert (done.code, "Wem diese Schlüssel gehören, ist nicht belegt" in done.err) == (0, True)


def test_a_changed_byte_is_told_by_its_place(cli: Cli) -> None:
    path = Path(write(evidences.make()))
    path.write_bytes(path.read_bytes().replace(b"urn:a", b"urn:b", 1))
    done = cli("agreement", "verify", str(path), "--lang", "de")
    assert (done.code, "Der Vertrag wurde verändert" in done.err) == (1, True)


def test_a_key_that_is_not_listed_and_a_list_alone_are_refused(cli: Cli, listed: tuple[str, str]) -> None:
    file = write(evidences.make())
    assert cli("agreement", "verify", file, "--list", listed[0]).code == 2
    Path(listed[0]).write_bytes(signed(document(members=(member(CITY, CITY_KEY),))))
    done = cli("agreement", "verify", file, "--list", listed[0], "--operator", listed[1])
    assert (done.code, UTILITY in done.err) == (1, True)
    assert cli("agreement", "verify", "none.json").code == 3


def test_sides_that_changed_their_keys_at_different_times_are_proven_by_several_lists(
    cli: Cli, listed: tuple[str, str]
) -> None:
    file = write(evidences.make())
    for name, side, key in (("before.jws", CITY, CITY_KEY), ("after.jws", UTILITY, UTILITY_KEY)):
        Path(name).write_bytes(signed(document(members=(member(side, key),))))
    words = ("agreement", "verify", file, "--operator", listed[1])
    assert cli(*words, "--list", "before.jws").code == 1
    assert cli(*words, "--list", "after.jws").code == 1
    assert cli(*words, "--list", "before.jws", "--list", "after.jws").code == 0


def test_documents_name_the_keys_where_there_is_no_list(cli: Cli) -> None:
    for did, key, name in ((CITY, CITY_KEY, "city.json"), (UTILITY, UTILITY_KEY, "utility.json")):
        Path(name).write_text(json.dumps(write_document(did, [("k", public_jwk(key))], [])))
    file = write(evidences.make())
    done = cli("agreement", "verify", file, "--document", "city.json", "--document", "utility.json", "--json")
    assert json.loads(done.out)["listed"] == [CITY, UTILITY]
    done = cli("agreement", "verify", file, "--document", "city.json")
    assert (done.code, UTILITY in done.err) == (1, True)
    Path("city.json").write_text("{}")
    assert "is not the document" in cli("agreement", "verify", file, "--document", "city.json").err
