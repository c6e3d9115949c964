"""`issuer`: requests are decided, credentials issued and ended."""

from msgspec.structs import replace

from connector.views.common import Page
from connector.views.credentials import CredentialStanding
from connector.views.issuing import CredentialRequestView, IssuedCredentialView, RequestState
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management

ASKED = CredentialRequestView(
    id="7c1",
    holder="did:web:werke.example",
    holder_name="Stadtwerke",
    types=("UtilityCredential",),
    state=RequestState.RECEIVED,
    at=NOW,
    reason="for members with the role utility",
)
ISSUED = IssuedCredentialView(
    id="urn:c1",
    holder="did:web:werke.example",
    holder_name="Stadtwerke",
    type="UtilityCredential",
    profile="vc20-bssl/jwt",
    standing=CredentialStanding.VALID,
    issued_at=NOW,
    valid_until=NOW,
    list=1,
    index=4711,
    credential="e30.e30.e30",
)


def test_requests_are_listed_with_why_they_wait(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/issuer/requests", Page(items=(ASKED,), next=None))
    done = cli("issuer", "requests", "--state", "received", "--lang", "en")
    assert "Stadtwerke" in done.out
    assert "role utility" in done.out


def test_a_request_is_approved_rejected_and_sent_again(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/issuer/requests/7c1/approve", replace(ASKED, state=RequestState.ISSUED))
    management.answer("POST", "/v1/issuer/requests/7c1/send", replace(ASKED, state=RequestState.ISSUED))
    management.answer("GET", "/v1/issuer/requests/7c1", ASKED)
    management.answer("POST", "/v1/issuer/requests/7c1/reject", replace(ASKED, state=RequestState.REJECTED))
    assert "Stadtwerke: UtilityCredential (issued, 7c1)." in cli("issuer", "approve", "7c1", "--lang", "en").out
    assert "issued" in cli("issuer", "send", "7c1", "--lang", "en").out
    assert "abgelehnt" in cli("issuer", "reject", "7c1", "--reason", "No.", "--yes", "--lang", "de").out
    assert management.bodies("POST", "/v1/issuer/requests/7c1/reject") == [{"reason": "No."}]


def test_credentials_are_offered_and_issued(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/issuer/offers", replace(ASKED, state=RequestState.OFFERED))
    management.answer("POST", "/v1/issuer/credentials", [ISSUED])
    assert "offered" in cli("issuer", "offer", ASKED.holder, "UtilityCredential", "--lang", "en").out
    made = cli("issuer", "issue", ASKED.holder, "UtilityCredential", "--profile", "vc20-bssl/jwt")
    assert made.out == "e30.e30.e30\n"
    (body,) = management.bodies("POST", "/v1/issuer/credentials")
    assert body == {"holder": ASKED.holder, "types": ["UtilityCredential"], "profiles": ["vc20-bssl/jwt"]}


def test_a_credential_is_listed_shown_and_ended(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/issuer/credentials", Page(items=(ISSUED,), next=None))
    assert "valid" in cli("issuer", "list", "--lang", "en").out
    management.answer("GET", "/v1/issuer/credentials/urn:c1", ISSUED)
    assert "4711" in cli("issuer", "show", "urn:c1", "--lang", "en").out
    for verb, standing in (("suspend", "suspended"), ("reinstate", "valid"), ("revoke", "revoked")):
        management.answer(
            "POST", f"/v1/issuer/credentials/urn:c1/{verb}", replace(ISSUED, standing=CredentialStanding(standing))
        )
        more = ["--yes"] if verb == "revoke" else []
        assert f": {standing}." in cli("issuer", verb, "urn:c1", *more, "--lang", "en").out
