"""Two connectors that verify each other while both have as many callers as they verify at a time."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from connector.identity.dcp import mechanism as mechanisms
from connector.identity.dcp.mechanism import MAX_FETCHES, DcpIdentity
from connector.identity.jws import open_signed, sign
from connector.identity.keys import SigningKey
from connector.identity.listing.profile import parse_profile
from connector.identity.roster import Member
from connector.identity.tokens import issue, read_issuer
from connector.ports.entities import HeldCredential
from connector.ports.identity import AuthenticationUnavailable, Caller, Intent
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.presentations import write_response
from tests.identity.dcp.places import (
    CITY,
    FIRM,
    KEYS,
    LIST_URL,
    NOW_S,
    US,
    Places,
    credential,
    key_of,
    make_mechanism,
    presentation,
    signed,
    status_at,
)
from tests.identity.lists import Board, document
from tests.identity.lists import signed as signed_list

PROFILE = parse_profile(
    """
    [issuers]
    "did:web:stadt.example" = ["MembershipCredential"]
    [show]
    catalog = ["MembershipCredential"]
    """
)
OTHERS = [f"did:web:m{number}.example" for number in range(MAX_FETCHES + 16)]
"""Members that call both at once: more than one of the two verifies at a time."""


def membership(did: str) -> str:
    """Return the membership of `did`, whose status is on the list of the city."""
    return signed(credential(credentialSubject={"id": did, "role": ["company"]}, credentialStatus=status_at(7)))


class Square:
    """A data space. Whoever is asked for its membership answers when both are at their limits, and not before.

    `hangs` are members that never answer.
    """

    def __init__(self) -> None:
        self.places = Places()
        self.places.publish_list()
        self.keys: dict[str, SigningKey] = {**KEYS, **{did: key_of(did) for did in OTHERS}}
        self.mechanisms: dict[str, DcpIdentity] = {}
        self.asking = {US: 0, FIRM: 0}
        self.most = 0
        self.full = asyncio.Event()
        self.hangs: set[str] = set()

    async def build(self) -> None:
        members = [Member(id=did, name=did) for did in (US, FIRM, *OTHERS)]
        board = Board(signed_list(document(1, members)))
        for did in (US, FIRM):
            self.mechanisms[did] = await make_mechanism(self.places, did, KEYS[did], board, PROFILE)
        for did in (US, FIRM, *OTHERS):
            self.places.publish(did, self.keys[did])
            service = f"https://{did.rpartition(':')[2]}/credentials/presentations/query"
            self.places.services[service] = self._serve(did)
        self.places.fetched.clear()

    def _serve(self, did: str) -> Any:
        async def answer(authorization: str, _: bytes) -> tuple[int, bytes]:
            verifier = read_issuer(open_signed(authorization.removeprefix("Bearer "), limit=8192, kinds=("JWT",)))
            self.asking[verifier] += 1
            self.most = max(self.most, *self.asking.values())
            if min(self.asking.values()) >= MAX_FETCHES:
                self.full.set()
            try:
                await self.full.wait()
                # Who may come beside them comes now.
                for _ in range(20):
                    await asyncio.sleep(0)
                if did in self.hangs:
                    await asyncio.Event().wait()
                return 200, write_response(await self._show(did, authorization, verifier))
            finally:
                self.asking[verifier] -= 1

        return answer

    async def _show(self, did: str, authorization: str, verifier: str) -> list[str]:
        if did not in self.mechanisms:
            shown = presentation(membership(did), holder=did, aud=verifier)
            return [sign(self.keys[did], json.dumps(shown).encode(), kind="vp+jwt")]
        # What the product does when it is asked: it verifies who asks, and looks at the status of what it shows.
        holder = self.mechanisms[did].holder
        caller = await holder.verifiers.authenticate(authorization, Intent.CATALOG)
        held = HeldCredential(
            owner="default",
            key="membership",
            version=1,
            id="urn:uuid:1",
            issuer=CITY,
            types=("MembershipCredential",),
            profile=str(ClaimsProfile.VC20),
            secured=membership(did),
            received_at=0,
        )
        assert await holder.read_standing(held) is not None
        return list(holder.present([held], caller.participant))

    async def call(self, us: str, *callers: str) -> Mapping[str, Caller | BaseException]:
        """Let members call `us` at once; return what became of each."""
        answers = await asyncio.gather(*(self._call(us, did) for did in callers), return_exceptions=True)
        return dict(zip(callers, answers, strict=True))

    async def _call(self, us: str, caller: str) -> Caller:
        return await self.mechanisms[us].authenticate(await self._token(caller, us), Intent.CATALOG)

    async def _token(self, did: str, us: str) -> str:
        if did in self.mechanisms:
            return await self.mechanisms[did].issue_token(us, Intent.CATALOG)
        return "Bearer " + issue(self.keys[did], issuer=did, audience=us, jti=f"{did}", now_s=NOW_S, token="opaque")


@pytest.fixture
async def square() -> Square:
    made = Square()
    await made.build()
    return made


async def test_two_that_verify_each_other_at_their_limits_admit_each_other_and_all_their_callers(
    square: Square,
) -> None:
    async with asyncio.timeout(60):
        at_us, at_firm = await asyncio.gather(square.call(US, FIRM, *OTHERS), square.call(FIRM, US, *OTHERS))
    for found in (at_us, at_firm):
        assert [did for did, caller in found.items() if not isinstance(caller, Caller)] == []
    assert square.most == MAX_FETCHES
    # Each has a mechanism and a holder, and neither waits for what the other one of the two fetches.
    assert square.places.fetched.count(LIST_URL) == 4


async def test_callers_that_hang_at_both_keep_neither_from_the_other(square: Square) -> None:
    square.hangs = set(OTHERS)
    stuck = [asyncio.create_task(square.call(at, *OTHERS[: MAX_FETCHES - 1])) for at in (US, FIRM)]
    async with asyncio.timeout(60):
        found = await asyncio.gather(square.call(US, FIRM), square.call(FIRM, US))
    assert [type(caller) for each in found for caller in each.values()] == [Caller, Caller]
    assert not any(task.done() for task in stuck)
    for task in stuck:
        task.cancel()


async def test_callers_that_take_all_places_give_them_back_at_the_deadline(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    square.hangs = {*OTHERS, US, FIRM}
    square.full.set()
    monkeypatch.setattr(mechanisms, "DEADLINE_S", 0.5)
    async with asyncio.timeout(60):
        for found in await asyncio.gather(square.call(US, *OTHERS, FIRM), square.call(FIRM, *OTHERS, US)):
            assert {type(caller) for caller in found.values()} == {AuthenticationUnavailable}
    monkeypatch.undo()
    square.hangs = set(OTHERS)
    async with asyncio.timeout(60):
        again = await asyncio.gather(square.call(US, FIRM), square.call(FIRM, US))
    assert [type(caller) for each in again for caller in each.values()] == [Caller, Caller]
    assert all(mechanism._budget._value == MAX_FETCHES for mechanism in square.mechanisms.values())


async def test_what_callers_showed_is_remembered_of_a_bounded_number(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mechanisms, "MAX_SHOWN", 10)
    square.full.set()
    found = await square.call(US, *OTHERS)
    assert {type(caller) for caller in found.values()} == {Caller}
    assert len(square.mechanisms[US]._shown) == 10
