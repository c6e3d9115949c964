"""Documents at their places, served to the guarded client without a network, and what peers sign."""

import asyncio
import gzip
import json
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from jwt.utils import base64url_encode

from connector.identity.dcp.mechanism import DcpIdentity
from connector.identity.dcp.presented import TrustedIssuers, Verifier
from connector.identity.dcp.resolver import DidResolver
from connector.identity.dcp.self_issued import SelfIssued, verify_self_issued
from connector.identity.dcp.statuses import StatusLists, verify_by_documents
from connector.identity.jws import sign, sign_bytes
from connector.identity.keys import SigningKey, generate, public_jwk
from connector.identity.listing.profile import TrustProfile
from connector.identity.roster import RosterIdentity
from connector.identity.tokens import issue
from connector.net.addresses import NetPolicy
from connector.net.client import GuardedClient
from connector.net.errors import Unreachable
from connector.net.transport import HttpCall
from connector.protocol.dcp.did import parse_web_did
from connector.protocol.dcp.document import ServiceType, write_document
from connector.protocol.dcp.status_list import MIN_BYTES
from tests.identity.lists import OPERATOR, Board
from tests.support.transport import InProcessAnswer

NOW_MS = 1_772_366_400_000
NOW_S = NOW_MS // 1000
US, FIRM, CITY, STRANGER = (f"did:web:{name}.example" for name in ("amt", "firma", "stadt", "fremd"))
LIST_URL = "https://stadt.example/status/1"
BUDGET = 8
"""How many documents and lists `Places` fetch at a time."""


def key_of(did: str, algorithm: str = "ES256", fragment: str = "k1") -> SigningKey:
    """Return a new key whose name is that of a method in the document of `did`."""
    key = generate(algorithm)
    return SigningKey(key.private, replace(key.verification, kid=f"{did}#{fragment}"))


def jwk_of(key: SigningKey) -> dict[str, str]:
    return {name: value for name, value in public_jwk(key).items() if name != "kid"}


KEYS = {did: key_of(did) for did in (US, FIRM, CITY, STRANGER)}


Service = Callable[[str, bytes], Awaitable[tuple[int, bytes]]]
"""Answers a POST by its Authorization and its body, with a status and a body."""


class Places:
    """What is served at which URL; every fetch is written down. Implements `Transport`."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS
        self.served: dict[str, tuple[int, str, bytes]] = {}
        self.fetched: list[str] = []
        self.flying = self.most = 0
        """How many fetches there are now, and how many there were at most at a time."""
        self.services: dict[str, Service] = {}
        self.locations: dict[str, str] = {}
        budget = asyncio.Semaphore(BUDGET)
        self.client = client = GuardedClient(NetPolicy(), self)
        self.resolver = DidResolver(client, lambda: self.now_ms, budget)
        self.statuses = StatusLists(client, verify_by_documents(self.resolve), lambda: self.now_ms, budget)
        for did, key in KEYS.items():
            self.publish(did, key)

    async def send(self, call: HttpCall) -> InProcessAnswer:
        url = call.endpoint.url.replace(".example:443", ".example")
        self.fetched.append(url)
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            # Others come meanwhile, as in a network.
            await asyncio.sleep(0)
        finally:
            self.flying -= 1
        if url in self.services:
            return await self._serve(url, call)
        if url not in self.served:
            raise Unreachable(f"{call.endpoint.origin} does not answer.")
        status, kind, body = self.served[url]
        return InProcessAnswer(status, {"Content-Type": kind}, body)

    async def _serve(self, url: str, call: HttpCall) -> InProcessAnswer:
        body = call.body if isinstance(call.body, bytes) else b""
        status, answer = await self.services[url](call.headers["Authorization"], body)
        headers = {"Location": self.locations[url]} if url in self.locations else {}
        return InProcessAnswer(status, {"Content-Type": "application/json", **headers}, answer)

    async def resolve(self, did: str, having: str | None = None) -> Any:
        return await self.resolver.resolve(did, having=having)

    def put(self, url: str, content: bytes | str | Mapping[str, Any], kind: str = "application/json") -> None:
        body = json.dumps(content) if isinstance(content, Mapping) else content
        self.served[url] = (200, kind, body.encode() if isinstance(body, str) else body)

    def publish(self, did: str, *keys: SigningKey, **members: Any) -> None:
        """Serve the document of an identifier with keys."""
        written = write_document(
            did,
            [(key.kid.partition("#")[2], jwk_of(key)) for key in keys],
            [("cs", ServiceType.CREDENTIALS, f"https://{did.rpartition(':')[2]}/credentials")],
        )
        self.put(parse_web_did(did).locate_document(), {**written, **members})

    def publish_list(self, *revoked: int, key: SigningKey = KEYS[CITY], **members: Any) -> None:
        """Serve the status list of the city, with some of its bits set."""
        self.put(LIST_URL, sign(key, json.dumps(status_list(*revoked, **members)).encode(), kind="vc+jwt"))

    def verifier(self, **issuers: frozenset[str]) -> Verifier:
        trust = TrustedIssuers({CITY: frozenset({"MembershipCredential"}), **issuers})
        return Verifier(US, trust, self.resolve, self.statuses)

    async def sender(self, did: str = FIRM) -> SelfIssued:
        """Return `did` as it is authenticated by a token of its own."""
        token = issue(KEYS[did], issuer=did, audience=US, jti="j", now_s=NOW_S)
        sent = await verify_self_issued(token, audience=US, is_member=lambda _: True, resolve=self.resolve, now_s=NOW_S)
        self.fetched.clear()
        return sent


async def make_mechanism(places: Places, did: str, key: SigningKey, board: Board, profile: TrustProfile) -> DcpIdentity:
    """Return the mechanism of a member that has read its list."""
    members = RosterIdentity(
        owner="default",
        id=did,
        key=key,
        operator=(OPERATOR.verification,),
        source=board.fetch,
        clock=lambda: places.now_ms,
        needs_key=False,
    )
    made = DcpIdentity(
        owner="default",
        id=did,
        key=key,
        members=members,
        profile=profile,
        client=places.client,
        clock=lambda: places.now_ms,
    )
    await made.refresh()
    return made


def pack(*set_bits: int, length: int = MIN_BYTES) -> str:
    bits = bytearray(length)
    for index in set_bits:
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


def status_list(*revoked: int, **members: Any) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": CITY,
        "validUntil": "2026-03-03T00:00:00Z",
        "credentialSubject": {
            "id": f"{LIST_URL}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": pack(*revoked),
        },
        **members,
    }


def credential(**members: Any) -> dict[str, Any]:
    """Return the membership of the firm in the data model 2.0."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "MembershipCredential"],
        "issuer": CITY,
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2027-01-01T00:00:00Z",
        "credentialSubject": {"id": FIRM, "role": ["company"]},
        **members,
    }


def status_at(bit: int, **members: Any) -> dict[str, Any]:
    return {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(bit),
        "statusListCredential": LIST_URL,
        **members,
    }


def signed(content: Mapping[str, Any], key: SigningKey = KEYS[CITY], kind: str = "vc+jwt") -> str:
    return sign(key, json.dumps(content).encode(), kind=kind)


def compact(header: Mapping[str, Any], content: Mapping[str, Any], key: SigningKey) -> str:
    """Return a text with any header, signed by a key."""
    text = b".".join(base64url_encode(json.dumps(part).encode()) for part in (header, content))
    return (text + b"." + base64url_encode(sign_bytes(key, text))).decode()


def presentation(*credentials: str, **members: Any) -> dict[str, Any]:
    """Return a presentation of the firm for us in the data model 2.0."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": FIRM,
        "aud": US,
        "exp": NOW_S + 300,
        "verifiableCredential": [
            {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{each}"} for each in credentials
        ],
        **members,
    }
