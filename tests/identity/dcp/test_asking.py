"""What a Credential Service answers is a list of presentations, a refusal, or a reason to ask again later."""

import json

import pytest
from msgspec.structs import replace

from connector.identity.dcp.asking import ask_presentations
from connector.identity.jws import Rejected
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.presentations import MAX_RESPONSE, read_query, write_response
from connector.protocol.dcp.scopes import Scope, ScopeKind
from tests.identity.dcp.places import FIRM, Places

SERVICE = "https://firma.example/credentials/presentations/query"
MEMBER = Scope(ScopeKind.TYPE, "MembershipCredential")


async def ask(places: Places, *, three_parts: bool = False) -> tuple[str, ...]:
    sender = await places.sender()
    sent = sender._replace(claims=replace(sender.claims, token="opaque"))
    return await ask_presentations(places.client, sent, [MEMBER], make_token, three_parts=three_parts)


def make_token(audience: str, *, token: str | None) -> str:
    return f"{audience} {token}"


@pytest.mark.parametrize("three_parts", [False, True])
async def test_the_access_token_goes_back_to_the_service_of_its_sender(three_parts: bool) -> None:
    places, seen = Places(), []

    async def answer(authorization: str, body: bytes) -> tuple[int, bytes]:
        seen.append((authorization, json.loads(body)["scope"]))
        assert read_query(body) == (MEMBER,)
        return 200, write_response(["a.b.c"])

    places.services[SERVICE] = answer
    assert await ask(places, three_parts=three_parts) == ("a.b.c",)
    assert seen == [(f"Bearer {FIRM} opaque", [MEMBER.write(three_parts=three_parts)])]


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (401, b"", Rejected),
        (404, b"", Rejected),
        (200, b"[]", Rejected),
        (200, b"[" * 50_000, Rejected),
        (500, b"", AuthenticationUnavailable),
        (429, b"", AuthenticationUnavailable),
        (302, b"", Rejected),
        (200, b" " * (MAX_RESPONSE + 1), Rejected),
    ],
)
async def test_another_answer_is_a_refusal_or_a_reason_to_ask_later(
    status: int, body: bytes, fault: type[Exception]
) -> None:
    places = Places()

    async def answer(_: str, __: bytes) -> tuple[int, bytes]:
        return status, body

    places.services[SERVICE] = answer
    with pytest.raises(fault):
        await ask(places)
