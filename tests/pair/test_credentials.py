"""Two connectors that show each other credentials, whole but for the sockets: their issuer is a third party."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from gzip import compress
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.authority import roster
from connector.authority.profile import publish_profile
from connector.client.frame.errors import ClientError
from connector.identity.dcp.methods import name_key
from connector.identity.jws import sign
from connector.identity.keys import generate, public_jwk
from connector.protocol.dcp.document import ServiceType, write_document
from connector.protocol.dcp.status_list import MIN_BYTES
from connector.views.credentials import CredentialStanding
from tests.pair.space import SOON, Member, Space, begin, participant

ISSUER = "did:web:issuer.example"
PROFILE = f"""
[issuers]
"{ISSUER}" = ["MembershipCredential", "CompanyCredential"]
[show]
catalog = ["MembershipCredential"]
negotiation = ["MembershipCredential", "CompanyCredential"]
transfer = ["MembershipCredential"]
"""


class Issuer:
    """The issuer: its document, its status list, and what it signs."""

    def __init__(self) -> None:
        self.key = name_key(generate(), ISSUER)
        self.revoked: set[int] = set()
        self.app = Starlette(routes=[Route("/.well-known/did.json", self._document), Route("/status", self._list)])

    async def _document(self, _: Request) -> Response:
        jwk = {name: value for name, value in public_jwk(self.key).items() if name != "kid"}
        service = ("issuer", ServiceType.ISSUER, "https://issuer.example/dcp")
        document = write_document(ISSUER, [(self.key.kid.partition("#")[2], jwk)], [service])
        return Response(json.dumps(document), media_type="application/did+json")

    async def _list(self, _: Request) -> Response:
        bits = bytearray(MIN_BYTES)
        for index in self.revoked:
            bits[index // 8] |= 0x80 >> index % 8
        packed = "u" + urlsafe_b64encode(compress(bytes(bits))).rstrip(b"=").decode()
        subject = {
            "id": "urn:list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": packed,
        }
        return Response(self.secure(["BitstringStatusListCredential"], subject), media_type="application/vc+jwt")

    def secure(self, types: Sequence[str], subject: dict[str, Any], **members: Any) -> str:
        """Sign a credential in the data model 2.0."""
        content = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential", *types],
            "issuer": ISSUER,
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": subject,
            **members,
        }
        return sign(self.key, json.dumps(content).encode(), kind="vc+jwt")

    def issue(self, kind: str, name: str, bit: int) -> str:
        status = {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(bit),
            "statusListCredential": "https://issuer.example/status",
        }
        return self.secure([kind], {"id": participant(name), "level": "full"}, credentialStatus=status)


async def meet(base: Path) -> tuple[Space, Issuer, Member, Member]:
    """Let the city and the firm join a data space that asks for credentials; they have none yet."""
    made, issuer = Space(base, {"mechanism": "dcp"}), Issuer()
    made.found("city", "firm")
    text = base / "trust.toml"
    text.write_text(PROFILE)
    publish_profile(text, base / "profile.jws", made.keys["broker"])
    draft = json.loads((base / "members.json").read_bytes())
    for member in draft["members"]:
        member.pop("keys", None)
    (base / "members.json").write_text(json.dumps(draft))
    roster.publish(base / "members.json", base / "roster.jws", made.keys["broker"], now=datetime.now(UTC))
    made.wire.apps["https://issuer.example:443"] = issuer.app
    city, firm = await made.join("city", SOON), await made.join("firm", SOON)
    begin(city)
    begin(firm)
    return made, issuer, city, firm


async def get_credentials(issuer: Issuer, *members: Member) -> None:
    for number, member in enumerate(members):
        await member.api.credentials.add(issuer.issue("MembershipCredential", member.name, 2 * number))
        await member.api.credentials.add(issuer.issue("CompanyCredential", member.name, 2 * number + 1))


async def leave(made: Space) -> None:
    for name in list(made.members):
        await made.leave(name)


async def test_members_that_show_each_other_credentials_agree_and_transfer(tmp_path: Path) -> None:
    made, issuer, city, firm = await meet(tmp_path)
    try:
        await get_credentials(issuer, city, firm)
        asset = await city.offers()
        asked = await firm.api.negotiations.start(city.id, asset.id)
        agreed = await firm.reaches(asked.id, "FINALIZED")
        agreement = (await firm.api.agreements.list()).items[0].id
        begun = await firm.api.transfers.start(agreement, keep=True)
        assert (await firm.api.transfers.wait(begun.id, timeout_s=10, states=["STARTED"])).state == "STARTED"
        assert agreed.agreement
        questions = [request for request in made.wire.sent if request.url.path == "/dcp/presentations/query"]
        # Each side asks the other once for what a negotiation needs and once for a transfer, not for each message.
        assert sorted(request.url.host for request in questions) == ["city.example"] * 2 + ["firm.example"] * 2
    finally:
        await leave(made)


async def test_a_member_without_a_credential_is_not_served_until_it_has_one(tmp_path: Path) -> None:
    made, issuer, city, firm = await meet(tmp_path)
    try:
        await get_credentials(issuer, city)
        asset = await city.offers()
        with pytest.raises(ClientError):
            await firm.api.catalog.dataset(city.id, asset.id)
        await get_credentials(issuer, firm)
        assert await firm.api.catalog.dataset(city.id, asset.id)
    finally:
        await leave(made)


async def test_a_revoked_credential_is_not_stored(tmp_path: Path) -> None:
    made, issuer, city, _ = await meet(tmp_path)
    try:
        issuer.revoked.add(0)
        with pytest.raises(ClientError, match="has ended it"):
            await city.api.credentials.add(issuer.issue("MembershipCredential", "city", 0))
    finally:
        await leave(made)


async def test_credentials_are_listed_shown_and_removed(tmp_path: Path) -> None:
    made, issuer, city, _ = await meet(tmp_path)
    try:
        await get_credentials(issuer, city)
        await city.api.credentials.add(issuer.issue("MembershipCredential", "city", 0))
        listed = await city.api.credentials.list()
        assert sorted(held.types for held in listed) == [("CompanyCredential",), ("MembershipCredential",)]
        shown = await city.api.credentials.show(listed[0].key)
        assert (shown.claims, shown.standing) == ({"level": "full"}, CredentialStanding.VALID)
        await city.api.credentials.remove(shown.key)
        assert len(await city.api.credentials.list()) == 1
        with pytest.raises(ClientError, match="No such credential"):
            await city.api.credentials.remove(shown.key)
    finally:
        await leave(made)


async def test_a_credential_about_somebody_else_or_of_a_stranger_is_refused(tmp_path: Path) -> None:
    made, issuer, city, _ = await meet(tmp_path)
    try:
        for secured, problem in (
            (issuer.issue("MembershipCredential", "firm", 0), "subject"),
            (issuer.issue("OtherCredential", "city", 0), "issuer"),
            (sign(generate(), b"{}", kind="vc+jwt"), "form-of-claims"),
            ("no credential", "form"),
        ):
            with pytest.raises(ClientError, match=problem):
                await city.api.credentials.add(secured)
        assert await city.api.credentials.list() == ()
    finally:
        await leave(made)
