"""Credentials that an issuer makes: verified by others, and never with the place of another."""

import pytest

from connector.controlplane.usecases.issuing import making
from connector.identity.dcp.presented import verify_credential
from connector.ports.entities import STATUS_ENTRIES, PageBounds
from connector.protocol.dcp.claims import ClaimsProfile
from tests.identity.dcp.places import CITY, FIRM
from tests.support.issuing import Issuing, found_issuer


async def serve_lists(city: Issuing) -> None:
    for kind in ("bitstring", "statuslist2021"):
        for purpose in ("revocation", "suspension"):
            name = f"{kind}/{purpose}/1"
            found = await city.service.lists.find(name)
            assert found is not None
            city.places.put(f"https://stadt.example/issuer/status/{name}", found, kind="application/vc+jwt")


async def test_what_is_made_is_verified_and_says_what_the_list_confirms() -> None:
    city = await found_issuer()
    member = city.service.members.participant(FIRM)
    assert member is not None
    objects = [each for each in city.service.list_supported() if each.kind == "MembershipCredential"]
    made = await making.make_credentials(city.service, member, objects, "r")
    await city.service.context.store.commit(made)
    await serve_lists(city)
    for change in made:
        found = await verify_credential(change.credential.secured, FIRM, city.places.verifier(), city.places.now_ms)
        assert (found.issuer, found.claims) == (
            CITY,
            {"name": "Firma", "roles": ["participant"], "sector": ["heat"]},
        )
        assert found.profile == change.credential.profile
        assert {entry.bit for entry in found.statuses} == {change.credential.index}
    assert {change.credential.profile for change in made} == set(ClaimsProfile)
    assert len({(change.credential.list, change.credential.index) for change in made}) == len(made)


async def test_many_credentials_never_share_a_place_and_a_half_full_list_is_followed_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    city = await found_issuer()
    member = city.service.members.participant(FIRM)
    assert member is not None
    objects = city.service.list_supported()[:1] * 40
    monkeypatch.setattr(making, "FULL", 100)
    for _ in range(4):
        await city.service.context.store.commit(await making.make_credentials(city.service, member, objects))
    rows, _ = await city.service.context.store.issued_credentials("default", PageBounds(limit=500))
    places = [(row.list, row.index) for row in rows]
    assert len(set(places)) == len(places) == 160
    assert {number for number, _ in places} == {1, 2}
    assert all(0 <= index < STATUS_ENTRIES for _, index in places)
