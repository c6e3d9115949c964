"""Status lists as they are served: signed anew at once after a change and on their schedule, else kept."""

import pytest

from connector.controlplane.usecases.issuing import deciding, ending
from connector.controlplane.usecases.issuing.lists import ANEW_MS, VALID_MS
from connector.protocol.dcp.claims import read_claims
from connector.protocol.dcp.status_list import expand_status_list
from tests.controlplane.usecases.holding.test_presenting import payload
from tests.identity.dcp.places import FIRM
from tests.support.issuing import Issuing, found_issuer


async def one(city: Issuing) -> tuple[str, int]:
    (made,) = await deciding.issue_now(city.service, FIRM, ["MembershipCredential"], [], by="person")
    return made.id, made.index


async def is_set(city: Issuing, name: str, index: int) -> bool:
    found = await city.service.lists.find(name)
    assert found is not None
    claims = read_claims(payload(found), limit=1 << 20).claims
    return expand_status_list(claims["encodedList"]).is_set(index)


async def test_a_change_is_on_the_list_at_once_in_both_kinds() -> None:
    city = await found_issuer()
    made, index = await one(city)
    assert not await is_set(city, "bitstring/suspension/1", index)
    await ending.suspend(city.service, made, "", by="person")
    assert await is_set(city, "bitstring/suspension/1", index)
    assert await is_set(city, "statuslist2021/suspension/1", index)
    assert not await is_set(city, "bitstring/revocation/1", index)
    await ending.reinstate(city.service, made, "", by="person")
    assert not await is_set(city, "bitstring/suspension/1", index)
    await ending.revoke(city.service, made, "", by="person")
    assert await is_set(city, "bitstring/revocation/1", index)
    assert not await is_set(city, "bitstring/suspension/1", index)


async def test_an_unchanged_list_is_kept_until_it_is_signed_anew_long_before_its_end() -> None:
    city = await found_issuer()
    await one(city)
    first = await city.service.lists.find("bitstring/revocation/1")
    city.places.now_ms += ANEW_MS - 1
    assert await city.service.lists.find("bitstring/revocation/1") == first
    city.places.now_ms += 1
    second = await city.service.lists.find("bitstring/revocation/1")
    assert second != first
    assert second is not None
    assert read_claims(payload(second), limit=1 << 20).valid_until == city.places.now_ms + VALID_MS


@pytest.mark.parametrize(
    "name",
    [
        "",
        "bitstring/revocation",
        "bitstring/revocation/2",
        "bitstring/revocation/0",
        "bitstring/revocation/01",
        "bitstring/message/1",
        "other/revocation/1",
        "bitstring/revocation/1/1",
        "bitstring/revocation/99999999999",
    ],
)
async def test_a_name_of_no_list_is_none(name: str) -> None:
    city = await found_issuer()
    assert await city.service.lists.find("bitstring/revocation/1") is None
    await one(city)
    assert await city.service.lists.find(name) is None
