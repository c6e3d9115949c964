"""`credential`: listed, shown, imported and removed."""

from pathlib import Path

from msgspec.structs import replace

from connector.views.credentials import CredentialStanding, CredentialView, IssuanceState, IssuanceView
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management

MEMBER = CredentialView(
    key="0a1b2c3d4e5f6071",
    id="urn:uuid:1",
    issuer="did:web:stadt.example",
    types=("MembershipCredential",),
    profile="vc20-bssl/jwt",
    standing=CredentialStanding.VALID,
    received_at=NOW,
    claims={"role": "company"},
)
OFFER = IssuanceView(
    id="offer", issuer="did:web:stadt.example", types=("CompanyCredential",), state=IssuanceState.OFFERED, at=NOW
)


def test_credentials_are_listed_with_what_issuers_offer(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/credentials", [MEMBER])
    management.answer("GET", "/v1/issuances", [OFFER])
    done = cli("credential", "list", "--lang", "de")
    assert "gültig" in done.out
    assert "did:web:stadt.example: CompanyCredential (angeboten)." in done.err


def test_a_credential_is_shown_by_its_type(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/credentials", [MEMBER])
    management.answer("GET", f"/v1/credentials/{MEMBER.key}", MEMBER)
    assert "role: company" in cli("credential", "show", "MembershipCredential", "--lang", "en").out


def test_a_type_of_several_credentials_or_of_none_is_not_enough(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/credentials", [MEMBER, replace(MEMBER, key="f" * 16)])
    assert "Several credentials" in cli("credential", "show", "MembershipCredential", "--lang", "en").err
    assert "No credential" in cli("credential", "show", "Other", "--lang", "en").err


def test_a_file_is_imported(cli: Cli, management: Management, tmp_path: Path) -> None:
    management.answer("POST", "/v1/credentials", MEMBER)
    file = tmp_path / "membership.jwt"
    file.write_text("e30.e30.e30\n")
    assert "is stored" in cli("credential", "import", str(file), "--lang", "en").out
    assert management.bodies("POST", "/v1/credentials") == [{"credential": "e30.e30.e30"}]


def test_a_file_that_is_missing_or_no_text_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "membership.jwt"
    missing = cli("credential", "import", str(file), "--lang", "en")
    file.write_bytes(b"\xff")
    binary = cli("credential", "import", str(file), "--lang", "en")
    assert (missing.code, binary.code) == (2, 2)
    assert "is no credential" in binary.err


def test_a_credential_is_removed(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/credentials", [MEMBER])
    management.answer("DELETE", f"/v1/credentials/{MEMBER.key}", MEMBER)
    assert "is removed" in cli("credential", "remove", MEMBER.key, "--yes", "--lang", "en").out


def test_credentials_are_requested_and_waited_for(cli: Cli, management: Management) -> None:
    asked = replace(OFFER, id="1", state=IssuanceState.REQUESTED)
    management.answer("POST", "/v1/issuances", asked, asked, asked)
    order = ("credential", "request", "CompanyCredential", "--issuer", OFFER.issuer, "--lang", "en")
    assert "(requested)" in cli(*order).out
    management.answer("GET", "/v1/issuances/1/wait", replace(asked, state=IssuanceState.ISSUED))
    done = cli(*order, "--wait")
    assert (done.code, "(issued)" in done.out, "waiting" in done.err) == (0, True, True)
    refused = replace(asked, state=IssuanceState.REJECTED, reason="Not a company.")
    management.answer("GET", "/v1/issuances/1/wait", refused)
    done = cli(*order, "--wait")
    assert (done.code, "Not a company." in done.err) == (4, True)


def test_requests_are_listed(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/issuances", [OFFER])
    assert "offered" in cli("credential", "requests", "--lang", "en").out
