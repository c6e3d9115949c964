"""Credentials secured by the keys of the participant list: what a stranger verifies, and what nobody can pass off."""

from typing import Any

import msgspec
import pytest

from connector.identity.jws import sign
from connector.identity.keys import SigningKey
from connector.ports.credentials import CredentialKeys, CredentialRejected
from connector.ports.identity import Intent, Mechanism
from connector.protocol.credential import SECURED_LIMIT
from tests.identity.lists import (
    CITY,
    CITY_KEY,
    MEMBERS,
    NOW_MS,
    OTHER_KEY,
    UTILITY,
    UTILITY_KEY,
    Board,
    compact,
    document,
    identity,
    member,
    signed,
)

PAYLOAD = msgspec.json.encode({"issuer": CITY})
HEADER: dict[str, Any] = {"alg": "ES256", "kid": CITY_KEY.kid, "typ": "vc+jwt", "cty": "vc"}


async def keys_of(id: str, key: SigningKey, board: Board | None = None, **more: Any) -> CredentialKeys:
    mechanism: Mechanism = await identity(board or Board(), id, key, **more)
    assert mechanism.credentials is not None
    return mechanism.credentials


async def test_what_a_member_signs_another_verifies_with_the_name_of_the_key() -> None:
    city, utility = await keys_of(CITY, CITY_KEY), await keys_of(UTILITY, UTILITY_KEY)
    found = utility.verify_credential(city.sign_credential(PAYLOAD), CITY)
    assert (found.payload, found.key) == (PAYLOAD, city.name_own_key())


def make_hostile() -> dict[str, bytes]:
    good = sign(CITY_KEY, PAYLOAD, kind="vc+jwt", content="vc").encode()
    header, payload, signature = good.split(b".")
    headers = {
        "none": HEADER | {"alg": "none"},
        "hmac": HEADER | {"alg": "HS256"},
        "crit": HEADER | {"crit": ["b64"], "b64": False},
        "jku": HEADER | {"jku": "https://evil.example/keys"},
        "jwk": HEADER | {"jwk": {}},
        "typ": HEADER | {"typ": "JWT"},
        "no typ": {name: value for name, value in HEADER.items() if name != "typ"},
        "cty": HEADER | {"cty": "vp"},
        "kid": HEADER | {"kid": "../../etc/passwd"},
        "kid of another": HEADER | {"kid": UTILITY_KEY.kid},
        "kid as a number": HEADER | {"kid": 7},
    }
    return {name: compact(value, PAYLOAD).encode() for name, value in headers.items()} | {
        "without a signature": b".".join((header, payload, b"")),
        "of a key that is not listed": sign(OTHER_KEY, PAYLOAD, kind="vc+jwt", content="vc").encode(),
        "of another member": sign(UTILITY_KEY, PAYLOAD, kind="vc+jwt", content="vc").encode(),
        "a token": sign(CITY_KEY, PAYLOAD, kind="JWT").encode(),
        "without cty": sign(CITY_KEY, PAYLOAD, kind="vc+jwt").encode(),
        "another payload": b".".join((header, payload[:-4] + b"AAAA", signature)),
        "a second spelling": good + b"=",
        "with space": good + b"\n",
        "not ASCII": "ä.ö.ü".encode(),
        "empty": b"",
        "a megabyte": sign(CITY_KEY, b"[" * 1024 * 1024, kind="vc+jwt", content="vc").encode(),
    }


@pytest.mark.parametrize("name", make_hostile())
async def test_a_hostile_credential_is_rejected_before_it_is_read(name: str) -> None:
    utility = await keys_of(UTILITY, UTILITY_KEY)
    with pytest.raises(CredentialRejected):
        utility.verify_credential(make_hostile()[name], CITY)


async def test_a_token_or_a_list_never_passes_for_a_credential_nor_the_reverse() -> None:
    city, utility = await identity(Board(), CITY, CITY_KEY), await identity(Board(), UTILITY, UTILITY_KEY)
    for text in ((await city.issue_token(UTILITY, Intent.SEARCH)).removeprefix("Bearer ").encode(), signed(document())):
        with pytest.raises(CredentialRejected):
            utility.credentials.verify_credential(text, CITY)
    assert len(city.credentials.sign_credential(b"x" * (SECURED_LIMIT * 3 // 4 - 300))) <= SECURED_LIMIT


async def test_a_participant_that_is_not_listed_and_an_expired_list_verify_nothing() -> None:
    city = await keys_of(CITY, CITY_KEY)
    secured = city.sign_credential(PAYLOAD)
    with pytest.raises(CredentialRejected, match="not on the participant list"):
        (await keys_of(UTILITY, UTILITY_KEY)).verify_credential(secured, "did:web:stranger.example")
    late = await keys_of(UTILITY, UTILITY_KEY, now_ms=NOW_MS + 2 * 86_400_000)
    assert late.list_keys(CITY) is None
    with pytest.raises(CredentialRejected, match="expired"):
        late.verify_credential(secured, CITY)


async def test_the_keys_of_a_member_are_those_of_the_list_in_use() -> None:
    board = Board()
    utility = await identity(board, UTILITY, UTILITY_KEY)
    assert utility.credentials.list_keys(CITY) == {CITY_KEY.kid}
    board.content = signed(document(2, (member(CITY, CITY_KEY, OTHER_KEY), MEMBERS[1])))
    await utility.refresh()
    assert utility.credentials.list_keys(CITY) == {CITY_KEY.kid, OTHER_KEY.kid}
    assert utility.credentials.list_keys("did:web:stranger.example") == frozenset()
