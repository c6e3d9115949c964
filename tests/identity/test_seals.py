"""Seals by the keys of the participant list: who signed what, for where, and when."""

from collections.abc import Mapping

import pytest

from connector.identity.keys import public_jwk
from connector.identity.roster import RosterIdentity
from connector.identity.seals import FRESH_S
from connector.ports.seals import SealRejected
from connector.protocol.seals import compute_digest
from tests.identity.lists import CITY, CITY_KEY, NOW_MS, OTHER_KEY, UTILITY, UTILITY_KEY, Board, identity

URL, BODY, AGREEMENT = "https://city.example/dsp/negotiations/1/agreement/verification", b'{"a":1}', b'{"@id":"urn:a"}'


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


async def pair() -> tuple[RosterIdentity, RosterIdentity]:
    board = Board()
    return await identity(board, CITY, CITY_KEY), await identity(board, UTILITY, UTILITY_KEY)


async def test_a_seal_of_a_member_is_opened_with_the_key_that_verified_it() -> None:
    for (sender, key), receiver in zip(((UTILITY, UTILITY_KEY), (CITY, CITY_KEY)), await pair(), strict=True):
        seals = (await identity(Board(), sender, key)).seals
        kept = receiver.seals.open(sender, URL, lower(seals.seal(URL, BODY, AGREEMENT)), BODY)
        assert kept is not None
        assert (kept.jwk, kept.seal.agreement_digest) == (public_jwk(key), compute_digest(AGREEMENT))


async def test_a_seal_for_another_address_or_of_another_signer_does_not_hold() -> None:
    city, utility = await pair()
    headers = lower(utility.seals.seal(URL, BODY, AGREEMENT))
    with pytest.raises(SealRejected, match="does not verify"):
        city.seals.open(UTILITY, URL + "x", headers, BODY)
    with pytest.raises(SealRejected, match="body"):
        city.seals.open(UTILITY, URL, headers, BODY + b" ")
    other = {**headers, "agreement-digest": f"sha-256=:{compute_digest(b'{}')}:"}
    with pytest.raises(SealRejected, match="does not verify"):
        city.seals.open(UTILITY, URL, other, BODY)
    # The key of another member is no key of the sender.
    assert city.seals.open(CITY, URL, headers, BODY) is None


async def test_a_seal_with_a_key_that_is_not_listed_proves_nothing_and_stops_nothing() -> None:
    city, _ = await pair()
    stranger = await identity(Board(), UTILITY, OTHER_KEY)
    assert city.seals.open(UTILITY, URL, lower(stranger.seals.seal(URL, BODY, AGREEMENT)), BODY) is None


@pytest.mark.parametrize("off", [FRESH_S + 1, -FRESH_S - 1])
async def test_a_seal_of_another_time_is_refused(off: int) -> None:
    city, _ = await pair()
    late = await identity(Board(), UTILITY, UTILITY_KEY, now_ms=NOW_MS + off * 1000)
    with pytest.raises(SealRejected, match="compare the clocks"):
        city.seals.open(UTILITY, URL, lower(late.seals.seal(URL, BODY, AGREEMENT)), BODY)
