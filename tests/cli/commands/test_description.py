"""`description`: a self-description is shown and checked, in words and with an exit code."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from connector.protocol import dcat
from connector.protocol.credential import DescriptionKind
from connector.views.self_descriptions import CheckedDescriptionView, SelfDescriptionView
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management, asset

EXPIRED = "The credential has expired: issue a new one."
STATEMENT = {"@id": "urn:air", "dct:title": [{"@language": "de", "@value": "Luft"}]}
STATED: dict[str, Any] = {
    "kind": DescriptionKind.DATASET,
    "subject": "urn:air",
    "issuer": "https://city.example",
    "valid_from": NOW,
    "valid_until": NOW + timedelta(days=30),
    "statement": STATEMENT,
}


def described(**changed: Any) -> SelfDescriptionView:
    return SelfDescriptionView(**{**STATED, "name": "n" * 43, "key": "thumb", "credential": "a.b.c", **changed})


def checked(**changed: Any) -> CheckedDescriptionView:
    return CheckedDescriptionView(**{**STATED, "issuer_name": "Stadt", **changed})


def test_the_description_of_the_participant_and_of_an_asset_is_shown(cli: Cli, management: Management) -> None:
    own = {"@id": "https://city.example", dcat.AGENT_NAME: "Stadt"}
    management.answer(
        "GET",
        "/v1/self-description",
        described(kind=DescriptionKind.PARTICIPANT, subject="https://city.example", statement=own),
        described(),
        described(),
    )
    management.answer("GET", "/v1/assets/urn:air", asset(id="urn:air"))
    shown = cli("description", "show", "--lang", "de")
    assert (shown.code, "Stadt" in shown.out, "Teilnehmer" in shown.out) == (0, True, True), shown.err
    assert "Luft" in cli("description", "show", "urn:air", "--lang", "en").out
    assert cli("description", "show", "urn:air", "--offering", "--json").json["credential"] == "a.b.c"
    assert [asked.query for asked in management.asked if asked.path == "/v1/self-description"] == [
        {},
        {"asset": ["urn:air"]},
        {"asset": ["urn:air"], "offering": ["true"]},
    ]


def test_the_credential_alone_is_printed_for_a_file(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/self-description", described())
    assert cli("description", "show", "--credential").out == "a.b.c\n"
    assert cli("description", "show", "--offering").code == 2


def test_a_check_says_who_states_what_and_until_when(cli: Cli, management: Management, tmp_path: Path) -> None:
    file = tmp_path / "air.jwt"
    file.write_text("a.b.c\n")
    management.answer("POST", "/v1/self-description/check", checked())
    found = cli("description", "check", str(file), "--lang", "en")
    assert (found.code, "Luft" in found.out, "https://city.example" in found.out) == (0, True, True)
    assert "The signature is that of Stadt" in found.err
    assert "2026-05-31" in found.err
    assert "Die Signatur ist die von Stadt" in cli("description", "check", str(file), "--lang", "de").err
    assert management.bodies("POST", "/v1/self-description/check")[0] == {"credential": "a.b.c"}
    assert cli("description", "check", str(file), "--json").json["issuer"] == "https://city.example"


def test_what_does_not_hold_has_an_exit_code_and_a_reason(cli: Cli, management: Management, tmp_path: Path) -> None:
    file = tmp_path / "air.jwt"
    file.write_text("a.b.c")
    management.answer(
        "POST", "/v1/self-description/check", checked(problem="The credential has expired: issue a new one.")
    )
    expired = cli("description", "check", str(file), "--lang", "de")
    assert (expired.code, "abgelaufen" in expired.err, "Luft" in expired.out) == (1, True, True)
    reason = "The signature of the credential is refused: the signature does not verify."
    management.refuse("POST", "/v1/self-description/check", 422, "credential", reason)
    forged = cli("description", "check", str(file), "--lang", "de")
    assert (forged.code != 0, "Die Signatur der Selbstbeschreibung wird abgelehnt" in forged.err) == (True, True)
    assert cli("description", "check", str(tmp_path / "none.jwt")).code == 2
