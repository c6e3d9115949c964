"""Seals by the keys of the participant list: who signed what, for where, and when."""

import base64
from collections.abc import Mapping

import msgspec
import pytest

from connector.identity.jws import sign_bytes
from connector.identity.keys import public_jwk
from connector.identity.roster import RosterIdentity
from connector.identity.seals import FRESH_S, ListedSeals
from connector.ports.seals import KeptSeal, SealedHead, SealRejected
from connector.protocol.seals import Seal, compute_digest, write_base, write_fields
from tests.identity.lists import CITY, CITY_KEY, NOW_MS, OTHER_KEY, UTILITY, UTILITY_KEY, Board, identity

URL, BODY, AGREEMENT = "https://city.example/dsp/negotiations/1/agreement/verification", b'{"a":1}', b'{"@id":"urn:a"}'


TOKEN = "Bearer a.token.of-this-request"


def seal(seals: ListedSeals, url: str = URL, body: bytes = BODY, agreement: bytes | None = AGREEMENT) -> dict[str, str]:
    """Return the head of a sealed request, its names in lower case."""
    fields = seals.seal(url, body, agreement, TOKEN)
    return {"authorization": TOKEN, **{name.lower(): value for name, value in fields.items()}}


def open_seal(
    receiver: RosterIdentity,
    signer: str,
    headers: Mapping[str, str],
    *urls: str,
    body: bytes = BODY,
    required: bool = False,
) -> KeptSeal | None:
    return receiver.seals.open(signer, SealedHead(urls or (URL,), headers), body, required=required)


async def pair() -> tuple[RosterIdentity, RosterIdentity]:
    board = Board()
    return await identity(board, CITY, CITY_KEY), await identity(board, UTILITY, UTILITY_KEY)


async def test_a_seal_of_a_member_is_opened_with_the_key_that_verified_it() -> None:
    for (sender, key), receiver in zip(((UTILITY, UTILITY_KEY), (CITY, CITY_KEY)), await pair(), strict=True):
        seals = (await identity(Board(), sender, key)).seals
        kept = open_seal(receiver, sender, seal(seals))
        assert kept is not None
        assert (kept.jwk, kept.seal.agreement_digest) == (public_jwk(key), compute_digest(AGREEMENT))


async def test_a_seal_for_another_address_or_of_another_signer_does_not_hold() -> None:
    city, utility = await pair()
    headers = seal(utility.seals)
    with pytest.raises(SealRejected, match="does not verify"):
        open_seal(city, UTILITY, headers, URL + "x")
    with pytest.raises(SealRejected, match="body"):
        open_seal(city, UTILITY, headers, body=BODY + b" ")
    other = {**headers, "agreement-digest": f"sha-256=:{compute_digest(b'{}')}:"}
    with pytest.raises(SealRejected, match="does not verify"):
        open_seal(city, UTILITY, other)
    # The key of another member is no key of the sender.
    assert open_seal(city, CITY, headers) is None


async def test_a_seal_with_a_key_that_is_not_listed_proves_nothing_and_stops_nothing() -> None:
    city, _ = await pair()
    stranger = await identity(Board(), UTILITY, OTHER_KEY)
    assert open_seal(city, UTILITY, seal(stranger.seals)) is None


@pytest.mark.parametrize("off", [FRESH_S + 1, -FRESH_S - 1])
async def test_a_seal_of_another_time_is_refused(off: int) -> None:
    city, _ = await pair()
    late = await identity(Board(), UTILITY, UTILITY_KEY, now_ms=NOW_MS + off * 1000)
    with pytest.raises(SealRejected, match="compare the clocks"):
        open_seal(city, UTILITY, seal(late.seals))


async def test_a_message_without_an_agreement_is_sealed_too_and_one_key_signs_both() -> None:
    city, utility = await pair()
    headers = seal(utility.seals, agreement=None)
    assert "agreement-digest" not in headers
    kept = open_seal(city, UTILITY, headers, "https://elsewhere.example/x", URL, required=True)
    assert kept is not None
    assert (kept.seal.url, kept.seal.agreement_digest, kept.jwk) == (URL, "", public_jwk(UTILITY_KEY))
    with pytest.raises(SealRejected, match="does not verify"):
        open_seal(city, UTILITY, headers, "https://elsewhere.example/x")


async def test_what_was_promised_and_is_missing_or_of_another_key_is_refused() -> None:
    city, _ = await pair()
    with pytest.raises(SealRejected, match="promises"):
        open_seal(city, UTILITY, {}, required=True)
    stranger = await identity(Board(), UTILITY, OTHER_KEY)
    with pytest.raises(SealRejected, match="none of its sender"):
        open_seal(city, UTILITY, seal(stranger.seals, agreement=None), required=True)


async def test_a_seal_goes_with_its_own_token_alone() -> None:
    city, utility = await pair()
    headers = seal(utility.seals) | {"authorization": "Bearer another.token.of-the-sender"}
    with pytest.raises(SealRejected, match="own token"):
        open_seal(city, UTILITY, headers)


async def test_a_seal_of_before_that_covers_no_token_is_opened_and_proves_none() -> None:
    city, _ = await pair()
    old = Seal(
        url=URL,
        content_digest=compute_digest(BODY),
        agreement_digest="",
        created=NOW_MS // 1000,
        key=UTILITY_KEY.kid,
        algorithm=UTILITY_KEY.algorithm,
    )
    signature = base64.b64encode(sign_bytes(UTILITY_KEY, write_base(old))).decode()
    fields = write_fields(msgspec.structs.replace(old, signature=signature))
    headers = {"authorization": TOKEN, **{name.lower(): value for name, value in fields.items()}}
    assert open_seal(city, UTILITY, headers, required=True) is not None
    assert (
        city.seals.find_proof(SealedHead((URL,), headers), city.participant, UTILITY, UTILITY_KEY.verification) is None
    )


def test_who_seals_agreements_alone_sends_other_messages_as_they_are() -> None:
    seals = ListedSeals(CITY_KEY, dict, lambda: NOW_MS, of_all=False)
    assert seals.seal(URL, BODY, None, TOKEN) == {}
    assert "Agreement-Digest" in seals.seal(URL, BODY, AGREEMENT, TOKEN)
