"""Issued credentials: revoked for good, suspended for a time."""

import pytest

from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.usecases.issuing import deciding, ending
from connector.ports.entities import PageBounds
from connector.views.credentials import CredentialStanding
from tests.identity.dcp.places import FIRM
from tests.support.issuing import Issuing, found_issuer


async def one(city: Issuing) -> str:
    (made,) = await deciding.issue_now(city.service, FIRM, ["MembershipCredential"], [], by="person")
    return made.id


async def test_what_is_suspended_comes_back_and_what_is_revoked_does_not() -> None:
    city = await found_issuer()
    made = await one(city)
    assert (await ending.suspend(city.service, made, "late", by="p")).standing is CredentialStanding.SUSPENDED
    assert (await ending.reinstate(city.service, made, "", by="p")).standing is CredentialStanding.VALID
    assert (await ending.revoke(city.service, made, "left", by="p")).standing is CredentialStanding.REVOKED
    for act in (ending.reinstate, ending.suspend):
        with pytest.raises(NotAllowed, match="final"):
            await act(city.service, made, "", by="p")
    leaves, _ = await city.service.context.store.leaves("default", PageBounds(limit=9))
    assert [leaf.kind.removeprefix("credential ") for leaf in leaves] == [
        "issued",
        "suspended",
        "reinstated",
        "revoked",
    ]


async def test_what_is_so_already_changes_nothing() -> None:
    city = await found_issuer()
    made = await one(city)
    first = await ending.revoke(city.service, made, "left", by="p")
    assert await ending.revoke(city.service, made, "again", by="p") == first


async def test_an_expired_or_unknown_credential_does_not_end() -> None:
    city = await found_issuer()
    made = await one(city)
    city.places.now_ms += 366 * 86_400_000
    with pytest.raises(NotAllowed, match="expired"):
        await ending.revoke(city.service, made, "", by="p")
    with pytest.raises(NoSuchEntity):
        await ending.revoke(city.service, "urn:other", "", by="p")
