"""What an issuer signs, others verify: credentials and status lists of both profiles."""

from typing import Any

import pytest

from connector.identity.dcp.presented import verify_credential
from connector.identity.dcp.signing import sign_credential, sign_status_list
from connector.identity.jws import Rejected
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.issued import CredentialDraft, StatusListDraft, StatusPlace
from connector.protocol.dcp.status_list import PURPOSES, set_bits
from tests.identity.dcp.places import CITY, FIRM, KEYS, NOW_MS, Places

YEAR = 365 * 86_400_000
LISTS = {purpose: f"https://stadt.example/status/{purpose}" for purpose in PURPOSES}


def draft(profile: ClaimsProfile, **members: Any) -> CredentialDraft:
    plain = CredentialDraft(
        profile=profile,
        id="urn:uuid:1",
        issuer=CITY,
        subject=FIRM,
        types=("MembershipCredential",),
        claims={"role": ["company"]},
        valid_from=NOW_MS,
        valid_until=NOW_MS + YEAR,
        status=StatusPlace(lists=LISTS, index=131_071),
    )
    return CredentialDraft(**{name: members.get(name, getattr(plain, name)) for name in plain.__struct_fields__})


def publish(places: Places, profile: ClaimsProfile, **ended: set[int]) -> None:
    """Serve the two lists of the city, with the bits of the ended credentials set."""
    for purpose, url in LISTS.items():
        bits = set_bits(ended.get(purpose, ()))
        made = StatusListDraft(
            profile=profile,
            url=url,
            issuer=CITY,
            purpose=purpose,
            bits=bits,
            valid_from=NOW_MS,
            valid_until=NOW_MS + 86_400_000,
        )
        places.put(url, sign_status_list(KEYS[CITY], made), kind="application/vc+jwt")


@pytest.mark.parametrize("profile", ClaimsProfile)
async def test_a_signed_credential_is_verified_with_all_that_it_says(profile: ClaimsProfile) -> None:
    places = Places()
    publish(places, profile)
    made = sign_credential(KEYS[CITY], draft(profile))
    found = await verify_credential(made, FIRM, places.verifier(), NOW_MS)
    assert (found.profile, found.id, found.issuer, found.types) == (
        profile,
        "urn:uuid:1",
        CITY,
        ("MembershipCredential",),
    )
    assert (found.claims, found.valid_from, found.valid_until) == ({"role": ["company"]}, NOW_MS, NOW_MS + YEAR)
    assert [(entry.purpose, entry.bit) for entry in found.statuses] == [(purpose, 131_071) for purpose in PURPOSES]


@pytest.mark.parametrize("profile", ClaimsProfile)
@pytest.mark.parametrize("purpose", PURPOSES)
async def test_a_set_bit_of_either_list_ends_the_credential(profile: ClaimsProfile, purpose: str) -> None:
    places = Places()
    publish(places, profile, **{purpose: {131_071}})
    with pytest.raises(Rejected, match=purpose):
        await verify_credential(sign_credential(KEYS[CITY], draft(profile)), FIRM, places.verifier(), NOW_MS)


@pytest.mark.parametrize("profile", ClaimsProfile)
async def test_a_credential_without_a_status_needs_no_list(profile: ClaimsProfile) -> None:
    places = Places()
    made = sign_credential(KEYS[CITY], draft(profile, status=None))
    assert (await verify_credential(made, FIRM, places.verifier(), NOW_MS)).statuses == ()


async def test_a_list_of_the_other_profile_is_read_too() -> None:
    places = Places()
    publish(places, ClaimsProfile.VC11, revocation={131_071})
    with pytest.raises(Rejected, match="revocation"):
        await verify_credential(sign_credential(KEYS[CITY], draft(ClaimsProfile.VC20)), FIRM, places.verifier(), NOW_MS)
