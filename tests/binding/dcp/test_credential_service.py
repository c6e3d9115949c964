"""The routes of the Credential Service: who may do what, each token once, and every wrong body with its answer."""

import json
from typing import Any

import pytest

from connector.binding.dcp.credential_service import routes
from connector.binding.dsp.listener import make_refusals
from connector.binding.dsp.routing import dispatcher
from connector.controlplane.usecases.holding import keeping
from connector.net.serving.messages import PeerRequest, Reply
from connector.net.serving.rates import CallerRates
from connector.ports.changes import PutIssuance
from connector.ports.entities import Issuance
from connector.protocol.dcp.objects import CONTEXT
from connector.protocol.dcp.presentations import read_response, write_query
from connector.protocol.dcp.scopes import Scope, ScopeKind
from connector.views.credentials import IssuanceState
from tests.identity.dcp.places import CITY, US
from tests.support.holding import COMPANY, MEMBERSHIP, Holding, hold, member

ASKED = {"@context": [CONTEXT], "type": "PresentationQueryMessage"}
QUERY = write_query([MEMBERSHIP])
MESSAGE = {
    "@context": [CONTEXT],
    "type": "CredentialMessage",
    "issuerPid": "i",
    "holderPid": "h",
    "status": "ISSUED",
    "credentials": [{"credentialType": "MembershipCredential", "payload": member(), "format": "vc20-bssl/jwt"}],
}
OFFER = {"@context": [CONTEXT], "type": "CredentialOfferMessage", "issuer": CITY, "credentials": [{"id": "urn:1"}]}


async def post(firm: Holding, path: str, body: bytes | dict[str, Any], token: str) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def read() -> bytes:
        return content

    rates = CallerRates(failures_per_s=100, per_peer_s=100, now_ms=lambda: 0)
    serve = dispatcher(routes(firm.service, rates), make_refusals("/dsp"))
    headers = {"authorization": token, "content-type": "application/json"}
    return await serve.answer(PeerRequest(method="POST", path=f"/dcp{path}", headers=headers, read=read))


def opened(firm: Holding, jti: str = "j") -> str:
    return firm.token(US, token=firm.mechanism._access.issue(US, [MEMBERSHIP]), jti=jti)


async def test_everybody_sees_which_credentials_count() -> None:
    firm = await hold()
    serve = dispatcher(
        routes(firm.service, CallerRates(failures_per_s=100, per_peer_s=100, now_ms=lambda: 0)), make_refusals("/dsp")
    )

    async def read() -> bytes:
        return b""

    answer = await serve.answer(PeerRequest(method="GET", path="/.well-known/dspace-trust", headers={}, read=read))
    told = json.loads(answer.body)
    assert (answer.status, told["@context"]) == (200, [CONTEXT])
    assert [entry["types"][1] for entry in told["credentialsSupported"]] == [
        "CompanyCredential",
        "MembershipCredential",
    ]
    for entry in told["credentialsSupported"]:
        assert (entry["bindingMethod"], entry["profiles"]) == ("did:web", ["vc20-bssl/jwt", "vc11-sl2021/jwt"])


async def test_a_verifier_gets_what_its_access_token_grants_once() -> None:
    firm = await hold()
    await keeping.add(firm.service, member(), by="person")
    token = opened(firm)
    answer = await post(firm, "/presentations/query", QUERY, token)
    assert answer.status == 200
    assert len(read_response(answer.body)) == 1
    again = await post(firm, "/presentations/query", QUERY, token)
    assert (again.status, b"presentation" in again.body) == (401, False)


EVERYTHING = (["*"], [":*", "*:*"], ["Credential"], ["VerifiableCredential"], ["MembershipCredential"])
PARTS = ("Membership", "Credential", "embershipCredentia", "MembershipCredentials", "membershipcredential")


@pytest.mark.parametrize(
    ("type_granted", "scope"),
    [
        *((COMPANY.value, scope) for scope in EVERYTHING),
        *((MEMBERSHIP.value, [part]) for part in PARTS),
        *((part, [part, MEMBERSHIP.value]) for part in PARTS),
    ],
)
async def test_scopes_for_everything_show_no_more_than_is_granted(type_granted: str, scope: list[str]) -> None:
    firm = await hold()
    await keeping.add(firm.service, member(), by="person")
    granted = firm.token(US, token=firm.mechanism._access.issue(US, [Scope(ScopeKind.TYPE, type_granted)]))
    asked = {**ASKED, "scope": [f"{ScopeKind.TYPE}:{each}:read" for each in scope]}
    answer = await post(firm, "/presentations/query", asked, granted)
    assert answer.status == 200
    assert read_response(answer.body) == ()


@pytest.mark.parametrize(
    "scope", [[f"{ScopeKind.TYPE}:T{number}" for number in range(33)], [f"{ScopeKind.TYPE}:A:write"]]
)
async def test_too_many_scopes_or_one_to_write_are_refused(scope: list[str]) -> None:
    firm = await hold()
    await keeping.add(firm.service, member(), by="person")
    answer = await post(firm, "/presentations/query", {**ASKED, "scope": scope}, opened(firm))
    assert (answer.status, b"presentation" in answer.body) == (400, False)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**ASKED, "presentationDefinition": {"id": "1"}}, 501),
        ({**ASKED, "presentationDefinition": {}}, 400),
        ({**ASKED, "scope": []}, 400),
        (
            {"@context": [CONTEXT], "type": "PresentationQueryMessage", "scope": ["a:b"], "presentationDefinition": {}},
            400,
        ),
        (b"no JSON", 400),
        (b" " * 65_537, 413),
    ],
    ids=["definition", "empty definition", "empty scope", "both", "no JSON", "too large"],
)
async def test_a_wrong_query_is_refused_with_its_status(body: bytes | dict[str, Any], status: int) -> None:
    firm = await hold()
    answer = await post(firm, "/presentations/query", body, opened(firm))
    assert answer.status == status
    assert set(json.loads(answer.body)) == {"code", "reason"}


async def test_without_an_access_token_nothing_is_shown() -> None:
    firm = await hold()
    assert (await post(firm, "/presentations/query", QUERY, firm.token(US))).status == 401


async def test_an_issuer_writes_and_offers_and_a_member_does_not() -> None:
    firm = await hold()
    asked = Issuance(owner="default", id="h", issuer=CITY, types=(), state=IssuanceState.REQUESTED, at=1)
    await firm.service.context.store.commit([PutIssuance(asked)])
    for number, (path, body) in enumerate((("/credentials", MESSAGE), ("/offers", OFFER))):
        token = firm.token(CITY, jti=f"{number}")
        assert (await post(firm, path, body, firm.token(US, jti=f"{number}"))).status == 401
        assert (await post(firm, path, body, token)).status == 200
        assert (await post(firm, path, body, token)).status == 401
    assert len(await firm.service.context.store.credentials("default")) == 1
