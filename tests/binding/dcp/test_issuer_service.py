"""The routes of the Issuer Service: who may do what, each token once, and every wrong body with its answer."""

import json
from typing import Any

import pytest

from connector.binding.dcp.issuer_service import routes
from connector.binding.dsp.listener import make_refusals
from connector.binding.dsp.routing import dispatcher
from connector.net.serving.messages import PeerRequest, Reply
from connector.net.serving.rates import CallerRates
from connector.protocol.dcp.objects import CONTEXT
from connector.protocol.dcp.requests import RequestStatus, read_metadata, read_status
from tests.identity.dcp.places import CITY, FIRM, STRANGER, US
from tests.support.issuing import ADDRESS, Issuing, found_issuer

REQUEST: dict[str, Any] = {
    "@context": [CONTEXT],
    "type": "CredentialRequestMessage",
    "holderPid": "h",
    "credentials": [{"id": f"{ADDRESS}/metadata#MembershipCredential:vc20-bssl/jwt"}],
}


async def send(city: Issuing, method: str, path: str, body: dict[str, Any] | None = None, token: str = "") -> Reply:
    async def read() -> bytes:
        return json.dumps(body).encode()

    rates = CallerRates(failures_per_s=100, per_peer_s=100, now_ms=lambda: 0)
    serve = dispatcher(routes(city.service, rates), make_refusals("/dsp"))
    headers = {"authorization": token, "content-type": "application/json"} if token else {}
    return await serve.answer(PeerRequest(method=method, path=f"/issuer{path}", headers=headers, read=read))


async def test_a_request_is_created_and_its_status_is_shown_at_its_location() -> None:
    city = await found_issuer()
    answer = await send(city, "POST", "/credentials", REQUEST, city.token())
    assert answer.status == 201
    location = answer.headers["Location"].removeprefix(ADDRESS)
    told = read_status((await send(city, "GET", location, token=city.token(jti="k"))).body)
    assert (told.holder_pid, told.status) == ("h", RequestStatus.ISSUED)
    again = await send(city, "POST", "/credentials", REQUEST, city.token(jti="l"))
    assert again.headers["Location"] == answer.headers["Location"]
    assert (await send(city, "GET", location, token=city.token(US, jti="m"))).status == 404


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_no_token_a_strange_one_and_one_for_another_are_refused_and_one_counts_once(method: str) -> None:
    city = await found_issuer()
    first = await send(city, "POST", "/credentials", REQUEST, city.token(jti="first"))
    path = "/credentials" if method == "POST" else first.headers["Location"].removeprefix(ADDRESS)
    for token in ("", "Bearer e30.e30.e30", city.token(STRANGER), city.token(audience=US), city.token(jti="first")):
        assert (await send(city, method, path, REQUEST, token)).status == 401
    assert (await send(city, method, path, REQUEST, city.token())).status in {200, 201}
    assert (await send(city, method, path, REQUEST, city.token())).status == 401


@pytest.mark.parametrize(
    "changed",
    [{"holderPid": None}, {"credentials": []}, {"credentials": [{"id": "urn:other"}]}, {"type": "CredentialStatus"}],
    ids=["no name", "nothing", "unknown", "another message"],
)
async def test_a_wrong_body_is_refused_and_its_token_is_used(changed: dict[str, Any]) -> None:
    city = await found_issuer()
    assert (await send(city, "POST", "/credentials", {**REQUEST, **changed}, city.token())).status == 400
    assert (await send(city, "POST", "/credentials", REQUEST, city.token())).status == 401


async def test_everybody_reads_metadata_schemas_and_status_lists() -> None:
    city = await found_issuer()
    supported = read_metadata((await send(city, "GET", "/metadata")).body, CITY)
    assert len(supported) == 6
    schema = json.loads((await send(city, "GET", "/schemas/MembershipCredential")).body)
    assert set(schema["properties"]["credentialSubject"]["properties"]) == {"id", "name", "roles", "sector"}
    assert (await send(city, "GET", "/schemas/Other")).status == 404
    assert (await send(city, "GET", "/status/bitstring/revocation/1")).status == 404
    await send(city, "POST", "/credentials", REQUEST, city.token(FIRM))
    listed = await send(city, "GET", "/status/bitstring/revocation/1")
    assert listed.headers["Vary"] == "Accept"
    assert (listed.status, listed.media_type) == (200, "application/vc+jwt")
