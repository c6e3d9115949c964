"""What was issued follows the participant list: of who takes no part it is suspended, and comes back with it."""

import asyncio
from typing import Any

from msgspec.structs import replace

from connector.controlplane.usecases.issuing import deciding, ending, following
from connector.identity.roster import Member
from connector.ports.issuing_store import PutIssuedCredential
from connector.views.credentials import CredentialStanding
from tests.identity.dcp.places import CITY, FIRM, US
from tests.identity.lists import document
from tests.identity.lists import signed as signed_list
from tests.support.issuing import Issuing, found_issuer


def members(*, suspended: bool = False, without: str = "") -> list[Member]:
    everybody = [
        Member(id=CITY, name="Stadt"),
        Member(id=FIRM, name="Firma", suspended=suspended),
        Member(id=US, name="Amt", roles=("utility",)),
    ]
    return [each for each in everybody if each.id != without]


async def publish(city: Issuing, version: int, listed: list[Member]) -> None:
    """Let the city read another list, as after news of it."""
    city.board.content = signed_list(document(version, listed))
    await city.mechanism.refresh()
    await following.follow_once(city.service)


async def standing(city: Issuing, id: str) -> CredentialStanding:
    return (await ending.find_issued(city.service, id)).standing


async def test_a_member_that_the_authority_suspends_has_no_credential_in_force_until_it_is_admitted() -> None:
    city = await found_issuer()
    (firm,) = await deciding.issue_now(city.service, FIRM, ["MembershipCredential"], [], by="p")
    (other,) = await deciding.issue_now(city.service, US, ["MembershipCredential"], [], by="p")
    for version, listed in enumerate((members(suspended=True), members(without=FIRM)), 2):
        await publish(city, version, listed)
        assert (await standing(city, firm.id), await standing(city, other.id)) == (
            CredentialStanding.SUSPENDED,
            CredentialStanding.VALID,
        )
        context = city.service.context
        ended = await context.store.ended_indices(context.owner, firm.list, CredentialStanding.SUSPENDED)
        assert list(ended) == [firm.index]
    await publish(city, 4, members())
    assert await standing(city, firm.id) is CredentialStanding.VALID


async def test_what_a_person_has_suspended_or_revoked_does_not_come_back_with_its_holder() -> None:
    city = await found_issuer()
    made = await deciding.issue_now(city.service, FIRM, ["MembershipCredential", "UtilityCredential"], [], by="p")
    await ending.suspend(city.service, made[0].id, "late", by="p")
    await ending.revoke(city.service, made[1].id, "left", by="p")
    await publish(city, 2, members(without=FIRM))
    await publish(city, 3, members())
    assert await standing(city, made[0].id) is CredentialStanding.SUSPENDED
    assert await standing(city, made[1].id) is CredentialStanding.REVOKED


async def test_what_has_expired_is_not_read_again() -> None:
    city = await found_issuer()
    (lasting,) = await deciding.issue_now(city.service, FIRM, ["MembershipCredential"], [], by="p")
    expired = replace(lasting, id="urn:expired", index=lasting.index ^ 1, valid_until=city.places.now_ms)
    await city.service.context.store.commit([PutIssuedCredential(expired, None)])
    await publish(city, 2, members(without=FIRM))
    assert await standing(city, expired.id) is CredentialStanding.VALID
    assert await standing(city, lasting.id) is CredentialStanding.SUSPENDED


async def test_it_follows_each_look_at_the_list() -> None:
    city = await found_issuer()
    (firm,) = await deciding.issue_now(city.service, FIRM, ["MembershipCredential"], [], by="p")
    city.board.content = signed_list(document(2, members(without=FIRM)))
    await city.mechanism.refresh()
    store, committed = city.service.context.store, asyncio.Event()
    commit = store.commit

    async def commit_and_tell(*words: Any) -> Any:
        done = await commit(*words)
        committed.set()
        return done

    store.commit = commit_and_tell  # type: ignore[method-assign]
    work = asyncio.create_task(following.follow_list(city.service))
    city.service.listed.set()
    async with asyncio.timeout(10):
        await committed.wait()
    work.cancel()
    assert await standing(city, firm.id) is CredentialStanding.SUSPENDED
