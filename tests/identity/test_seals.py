"""Seals by the keys of the participant list: who signed what, for where, and when."""

from collections.abc import Mapping

import pytest

from connector.identity.keys import public_jwk
from connector.identity.roster import RosterIdentity
from connector.identity.seals import AGAIN_S, FRESH_S, MOST_KEPT, ListedSeals
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
        kept = receiver.seals.open(sender, [URL], lower(seals.seal(URL, BODY, AGREEMENT)), BODY)
        assert kept is not None
        assert (kept.jwk, kept.seal.agreement_digest) == (public_jwk(key), compute_digest(AGREEMENT))


async def test_a_seal_for_another_address_or_of_another_signer_does_not_hold() -> None:
    city, utility = await pair()
    headers = lower(utility.seals.seal(URL, BODY, AGREEMENT))
    with pytest.raises(SealRejected, match="does not verify"):
        city.seals.open(UTILITY, [URL + "x"], headers, BODY)
    with pytest.raises(SealRejected, match="body"):
        city.seals.open(UTILITY, [URL], headers, BODY + b" ")
    other = {**headers, "agreement-digest": f"sha-256=:{compute_digest(b'{}')}:"}
    with pytest.raises(SealRejected, match="does not verify"):
        city.seals.open(UTILITY, [URL], other, BODY)
    # The key of another member is no key of the sender.
    assert city.seals.open(CITY, [URL], headers, BODY) is None


async def test_a_seal_with_a_key_that_is_not_listed_proves_nothing_and_stops_nothing() -> None:
    city, _ = await pair()
    stranger = await identity(Board(), UTILITY, OTHER_KEY)
    assert city.seals.open(UTILITY, [URL], lower(stranger.seals.seal(URL, BODY, AGREEMENT)), BODY) is None


@pytest.mark.parametrize("off", [FRESH_S + 1, -FRESH_S - 1])
async def test_a_seal_of_another_time_is_refused(off: int) -> None:
    city, _ = await pair()
    late = await identity(Board(), UTILITY, UTILITY_KEY, now_ms=NOW_MS + off * 1000)
    with pytest.raises(SealRejected, match="compare the clocks"):
        city.seals.open(UTILITY, [URL], lower(late.seals.seal(URL, BODY, AGREEMENT)), BODY)


async def test_a_message_without_an_agreement_is_sealed_too_and_one_key_signs_both() -> None:
    city, utility = await pair()
    headers = lower(utility.seals.seal(URL, BODY, None))
    assert "agreement-digest" not in headers
    kept = city.seals.open(UTILITY, ["https://elsewhere.example/x", URL], headers, BODY, required=True)
    assert kept is not None
    assert (kept.seal.url, kept.seal.agreement_digest, kept.jwk) == (URL, "", public_jwk(UTILITY_KEY))
    with pytest.raises(SealRejected, match="does not verify"):
        city.seals.open(UTILITY, ["https://elsewhere.example/x"], headers, BODY)


async def test_what_was_promised_and_is_missing_or_of_another_key_is_refused() -> None:
    city, _ = await pair()
    with pytest.raises(SealRejected, match="promises"):
        city.seals.open(UTILITY, [URL], {}, BODY, required=True)
    stranger = await identity(Board(), UTILITY, OTHER_KEY)
    with pytest.raises(SealRejected, match="none of its sender"):
        city.seals.open(UTILITY, [URL], lower(stranger.seals.seal(URL, BODY, None)), BODY, required=True)


def test_a_message_that_is_sent_again_has_its_seal_until_that_is_no_longer_fresh() -> None:
    now = NOW_MS
    seals = ListedSeals(CITY_KEY, dict, lambda: now)
    first = seals.seal(URL, BODY, None)
    now += AGAIN_S * 1000
    assert seals.seal(URL, BODY, None) == first
    for other in (seals.seal(URL + "x", BODY, None), seals.seal(URL, b"", None), seals.seal(URL, BODY, AGREEMENT)):
        assert other["Signature"] != first["Signature"]
    now += 1000
    assert seals.seal(URL, BODY, None)["Signature-Input"] != first["Signature-Input"]


def test_what_is_kept_for_messages_that_are_sent_again_has_a_bound() -> None:
    seals = ListedSeals(CITY_KEY, dict, lambda: NOW_MS)
    for number in range(MOST_KEPT + 1):
        seals.seal(f"{URL}/{number}", BODY, None)
    assert len(seals._made) == MOST_KEPT


def test_who_seals_agreements_alone_sends_other_messages_as_they_are() -> None:
    seals = ListedSeals(CITY_KEY, dict, lambda: NOW_MS, of_all=False)
    assert seals.seal(URL, BODY, None) == {}
    assert "Agreement-Digest" in seals.seal(URL, BODY, AGREEMENT)
