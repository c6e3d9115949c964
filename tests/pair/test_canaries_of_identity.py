"""What proves identity is in no log, answer, export or stored leaf: tokens, credentials, invitations, private keys.

Two members agree and transfer; then whatever went over the wire comes again, whole and broken, at every kind of door.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.utils import base64url_decode

from connector.app.logs import JsonFormatter, TextFormatter
from connector.authority import keeping
from connector.authority.inviting import invite, parse_link
from connector.client.frame.errors import ClientError
from connector.identity.keys import SigningKey, load_private
from connector.protocol.dcp.presentations import read_response
from connector.protocol.dsp.common import CONTEXT
from connector.protocol.dsp.errors import clean
from connector.views.transfers import TransferView
from tests.authority.folders import Applicant
from tests.pair.authorities import City
from tests.support.asgi import as_asgi
from tests.support.transport import InProcess

DOORS = (
    "/dsp/2025-1/catalog/request",
    "/dsp/2025-1/negotiations/request",
    "/dsp/2025-1/transfers/request",
    "/dcp/presentations/query",
    "/dcp/credentials",
    "/dcp/offers",
)
GUESSED = "canary-of-who-guesses-an-invitation"


class Kept(InProcess):
    """A wire that keeps the answers too."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: list[bytes] = []

    async def send(self, call: Any) -> Any:
        answer = await super().send(call)
        self.answered.append(answer._body)
        return answer


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    made = City(tmp_path / "city", "city", "firm", wire=Kept())
    await made.open(handed=False)
    yield made
    await made.close()


def list_secrets_of(key: SigningKey) -> Iterator[str]:
    """Return the secret part of a key in the forms in which a text would have it."""
    number = key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    yield number.hex()
    yield from (line for line in pem.splitlines() if len(line) > 20 and not line.startswith("-"))


def list_tokens(requests: list[httpx.Request]) -> list[str]:
    """Return all tokens that went over the wire, and the access tokens in them."""
    headers = [request.headers.get("authorization", "").removeprefix("Bearer ") for request in requests]
    sent = [*dict.fromkeys(filter(None, headers))]
    inner = [_read_claims(token).get("token") for token in sent if token.count(".") == 2]
    return [*sent, *(token for token in inner if token)]


def list_presentations(answers: list[bytes]) -> list[str]:
    """Return all presentations that holders have shown."""
    shown = [read_response(body) for body in answers if b'"PresentationResponseMessage"' in body]
    return [str(each) for presentations in shown for each in presentations]


def _read_claims(token: str) -> dict[str, Any]:
    return dict(httpx.Response(200, content=base64url_decode(token.split(".")[1])).json())


async def agree_and_transfer(made: City) -> TransferView:
    asset = await made.city.offers()
    asked = await made.firm.api.negotiations.start(made.city.id, asset.id)
    await made.firm.reaches(asked.id, "FINALIZED")
    agreement = (await made.firm.api.agreements.list()).items[0].id
    begun = await made.firm.api.transfers.start(agreement, keep=True)
    return await made.firm.api.transfers.wait(begun.id, timeout_s=10, states=["STARTED"])


async def knock(made: City, name: str, path: str, body: bytes, headers: Mapping[str, str]) -> str:
    """Send something to a member and return all that it answers."""
    app: Any = made.wire.apps[f"https://{name}.example:443"]
    given = {"Content-Type": "application/json", **headers}
    request = httpx.Request("POST", f"https://{name}.example{path}", headers=given, content=body)
    answer = await httpx.ASGITransport(as_asgi(app)).handle_async_request(request)
    return f"{answer.status_code} {answer.headers} {(await answer.aread())!r}"


async def tell_everybody(made: City, tokens: list[str], credential: str) -> list[str]:
    """Show tokens and a credential at each door, used ones and broken ones; return what is answered."""
    told = []
    body = b'{"@context": ["%s"], "@type": "CatalogRequestMessage"}' % CONTEXT.encode()
    for token in tokens[::4]:
        for path in DOORS:
            broken = (token, token[:-8], credential)
            told += [await knock(made, "city", path, body, {"Authorization": f"Bearer {each}"}) for each in broken]
            told.append(await knock(made, "firm", path, token.encode(), {"Authorization": token}))
    for wrong in (f"{credential[:-8]}", credential + "x", tokens[0]):
        with pytest.raises(ClientError) as caught:
            await made.firm.api.credentials.add(wrong)
        told.append(repr(caught.value) + str(caught.value))
    return told


async def join_badly(made: City) -> tuple[list[str], list[str]]:
    """Ask to join, rightly and wrongly; return the secrets of the invitation, and what is answered."""
    link = parse_link(invite(made.authority, "Werke", now=datetime.now(UTC)))
    bodies = (
        Applicant("works").asks(link, GUESSED, at=made.now()),
        Applicant("works").asks(link, at=made.now()),
        Applicant("thief").asks(link, at=made.now()),
        link.write().encode(),
        GUESSED.encode(),
    )
    told = [await knock(made, "broker", "/authority/join", body, {}) for body in bodies]
    return [link.secret, link.write(), GUESSED], told


async def look_around(made: City) -> list[str]:
    """Return what people and programs of the members are shown."""
    found = []
    for member in made.members.values():
        api, parts = member.api, member.connector.parts
        lists = (api.negotiations.list, api.transfers.list, api.agreements.list, api.credentials.list)
        found += [repr(await call()) for call in lists]
        found += [repr(await api.audit.list()), repr(await api.audit.export())]
        found += [repr(parts), repr(parts.identity), repr(parts.settings), repr(member.connector)]
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(member.connector.management()), base_url="http://management"
        ) as at:
            for path in ("/ready", "/metrics", "/v1/participants"):
                found.append((await at.get(path, headers={"X-Api-Key": member.name})).text)
    found.append(repr(keeping.show(made.authority)))
    return found


async def test_what_proves_identity_is_in_no_log_no_answer_and_no_export(
    city: City, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    credential = city.credential("firm")
    await city.firm.api.credentials.add(credential)
    await city.city.api.credentials.add(city.credential("city"))
    await agree_and_transfer(city)
    assert isinstance(city.wire, Kept)
    tokens, presented = list_tokens(city.wire.sent), list_presentations(city.wire.answered)
    assert (len(tokens) > 5, len(presented) > 1) == (True, True)
    shown = await tell_everybody(city, tokens, credential)
    invited, told = await join_badly(city)
    shown += [*told, *await look_around(city)]
    for record in caplog.records:
        shown += [repr(record.__dict__), TextFormatter().format(record), JsonFormatter().format(record)]
    keys = (*city.keys.values(), city.root(), city.spare(), load_private(city.authority.folder / keeping.ISSUER))
    held = [*tokens, *presented, credential, *invited, *(text for key in keys for text in list_secrets_of(key))]
    # The end of a token is its signature: without it, nothing of the rest proves anything.
    canaries = {*held, *(text.rpartition(".")[2] for text in held if text.count(".") >= 2)}
    assert len(shown) > 200
    everything = "\n".join(shown)
    for canary in canaries:
        at = everything.find(canary)
        assert at < 0, f"{canary[:20]}… in {clean(everything[at - 200 : at])}"
