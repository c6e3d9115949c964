"""The folder of an authority, and who wants to join, without a network."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from connector.authority import card as cards
from connector.authority import keeping, roster
from connector.authority.asking import JoinRequest, write_request
from connector.authority.card import IdentityCard
from connector.authority.inviting import InvitationLink
from connector.authority.keeping import Authority
from connector.identity.keys import SigningKey, generate, public_jwk
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.document import DidDocument, read_document, write_document

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
DID = "did:web:broker.example:authority"


def found(base: Path, operator: SigningKey | None = None) -> Authority:
    """Make an authority with an empty list."""
    authority = Authority(folder=base / "authority", members=base / "members.json")
    roster.create(authority.members, "urn:participant:broker")
    keeping.create(authority, DID, "https://broker.example", now=NOW, operator=operator)
    keeping.end(authority)
    return authority


class Applicant:
    """Somebody with a key and an identifier, and the documents that can be fetched."""

    def __init__(self, name: str = "firm", key: SigningKey | None = None) -> None:
        self.did = f"did:web:{name}.example"
        self.key = key or generate()
        self.fetched: list[str] = []
        self.served: dict[str, SigningKey] = {self.did: self.key}

    def card(self, **more: str) -> IdentityCard:
        address = more.pop("address", f"https://{self.did.removeprefix('did:web:')}/dsp/2025-1")
        name = more.pop("name", "What it says")
        return cards.card(self.key, id=self.did, name=name, address=address)

    async def resolve(self, did: str) -> DidDocument:
        self.fetched.append(did)
        if did not in self.served:
            raise AuthenticationUnavailable(f"{did} does not answer.")
        key = self.served[did]
        jwk = {name: value for name, value in public_jwk(key).items() if name != "kid"}
        return read_document(msgspec.json.encode(write_document(did, [(key.kid, jwk)], [])), did)

    def asks(self, link: InvitationLink | None, secret: str | None = None, **more: object) -> bytes:
        values: Mapping[str, object] = {
            "authority": DID,
            "card": self.card(),
            "at": NOW_MS,
            "invitation": link.id if link else "",
            **more,
        }
        wanted = (link.secret if link else "") if secret is None else secret
        return write_request(self.key, JoinRequest(**values), wanted)  # type: ignore[arg-type]  # by the test
