"""The issuer signs with its key, and calls formats as its data space does."""

from typing import Any, cast

import pytest

from connector.identity.dcp.issuing import DcpIssuer
from connector.identity.dcp.presented import verify_credential
from connector.protocol.dcp.claims import ClaimsProfile
from tests.identity.dcp.places import CITY, FIRM, KEYS, NOW_MS, Places
from tests.identity.dcp.test_signing import draft, publish

NOBODY = cast("Any", None)


def make_issuer(*, of_edc: bool = False) -> DcpIssuer:
    return DcpIssuer(KEYS[CITY], NOBODY, NOBODY, lambda: of_edc)


@pytest.mark.parametrize("profile", ClaimsProfile)
async def test_what_it_signs_is_verified_by_others(profile: ClaimsProfile) -> None:
    places = Places()
    publish(places, profile)
    made = make_issuer().sign_credential(draft(profile))
    assert (await verify_credential(made, FIRM, places.verifier(), NOW_MS)).issuer == CITY


def test_a_format_has_the_name_of_its_profile_and_another_one_in_a_data_space_of_edc() -> None:
    assert [make_issuer().name_format(profile) for profile in ClaimsProfile] == [str(one) for one in ClaimsProfile]
    names = {make_issuer(of_edc=True).name_format(profile) for profile in ClaimsProfile}
    assert names == {"VC1_0_JWT", "VC2_0_JOSE"}
