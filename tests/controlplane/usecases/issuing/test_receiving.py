"""Requests of holders: decided by the rules, repeated without doubling, and bounded."""

import pytest

from connector.controlplane.usecases.issuing import deciding, receiving
from connector.ports.entities import PageBounds
from connector.ports.identity import Unauthenticated
from connector.ports.store_errors import Replayed
from connector.protocol.dcp.requests import RequestStatus
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.views.issuing import RequestState
from tests.identity.dcp.places import FIRM, STRANGER, US
from tests.support.issuing import Issuing, found_issuer

PAGE = PageBounds(limit=99)


async def issued(city: Issuing) -> list[str]:
    rows, _ = await city.service.context.store.issued_credentials("default", PAGE)
    return [row.type for row in rows]


async def test_a_member_gets_its_membership_at_once() -> None:
    city = await found_issuer()
    found = await receiving.receive_request(
        city.service, await city.caller(token="access"), city.ask("MembershipCredential")
    )
    assert (found.state, found.holder, found.due_at) == (RequestState.ISSUED, FIRM, city.places.now_ms)
    assert found.token == "access"
    assert await issued(city) == ["MembershipCredential"]


@pytest.mark.parametrize(
    ("sender", "types", "state", "reason"),
    [
        (US, ["UtilityCredential"], RequestState.ISSUED, ""),
        (FIRM, ["UtilityCredential"], RequestState.RECEIVED, "utility"),
        (FIRM, ["MembershipCredential", "UtilityCredential"], RequestState.RECEIVED, "utility"),
        (FIRM, ["UtilityCredential", "AuditorCredential"], RequestState.REJECTED, "auditor"),
    ],
    ids=["role", "no role", "one of two waits", "one is refused"],
)
async def test_the_rules_decide_for_all_credentials_of_a_request(
    sender: str, types: list[str], state: RequestState, reason: str
) -> None:
    city = await found_issuer()
    found = await receiving.receive_request(city.service, await city.caller(sender), city.ask(*types))
    assert (found.state, reason in found.reason) == (state, True)
    assert (await issued(city) != []) is (state is RequestState.ISSUED)
    assert (found.due_at is None) is (state is RequestState.RECEIVED)


async def test_the_same_request_again_makes_no_other_credential_and_sends_the_same_again() -> None:
    city = await found_issuer()
    first = await receiving.receive_request(city.service, await city.caller(), city.ask("MembershipCredential"))
    again = await receiving.receive_request(city.service, await city.caller(jti="k"), city.ask("MembershipCredential"))
    assert (again.id, again.due_at) == (first.id, city.places.now_ms)
    assert await issued(city) == ["MembershipCredential"]


async def test_a_name_for_other_credentials_is_refused() -> None:
    city = await found_issuer()
    await receiving.receive_request(city.service, await city.caller(), city.ask("MembershipCredential"))
    with pytest.raises(RemoteProtocolError, match="holderPid"):
        await receiving.receive_request(city.service, await city.caller(jti="k"), city.ask("UtilityCredential"))


async def test_a_token_counts_once() -> None:
    city = await found_issuer()
    caller = await city.caller()
    await receiving.receive_request(city.service, caller, city.ask("MembershipCredential"))
    with pytest.raises(Replayed):
        await receiving.receive_request(city.service, caller, city.ask("MembershipCredential", pid="q"))
    assert await issued(city) == ["MembershipCredential"]


async def test_an_unknown_object_changes_nothing() -> None:
    city = await found_issuer()
    with pytest.raises(RemoteProtocolError, match="not issued here"):
        await receiving.receive_request(
            city.service, await city.caller(), city.ask("MembershipCredential", "DiplomaCredential")
        )
    assert await issued(city) == []


async def test_thousands_of_requests_of_one_holder_are_bounded() -> None:
    city = await found_issuer()
    for number in range(receiving.MOST_REQUESTS):
        asked = city.ask("UtilityCredential", pid=str(number))
        await receiving.receive_request(city.service, await city.caller(jti=str(number)), asked)
    with pytest.raises(RemoteProtocolError, match="limit") as refused:
        await receiving.receive_request(
            city.service, await city.caller(jti="more"), city.ask("UtilityCredential", pid="more")
        )
    assert refused.value.status == 429
    rows, _ = await city.service.context.store.credential_requests("default", PAGE)
    assert len(rows) == receiving.MOST_REQUESTS
    # Others are served.
    found = await receiving.receive_request(city.service, await city.caller(US), city.ask("UtilityCredential"))
    assert found.state is RequestState.ISSUED


async def test_a_status_is_for_who_asked_and_the_same_refusal_for_all_others() -> None:
    city = await found_issuer()
    found = await receiving.receive_request(city.service, await city.caller(), city.ask("UtilityCredential"))
    told = await receiving.read_status(city.service, await city.caller(jti="k"), found.id)
    assert told == (found.id, "p", RequestStatus.RECEIVED)
    refusals = []
    for sender, name in ((US, found.id), (FIRM, "other"), (US, "other")):
        with pytest.raises(RemoteProtocolError) as refused:
            await receiving.read_status(city.service, await city.caller(sender, jti=name), name)
        refusals.append((refused.value.status, refused.value.reason))
    assert len(set(refusals)) == 1
    assert refusals[0][0] == 404


async def test_who_is_no_member_causes_no_fetch() -> None:
    city = await found_issuer()
    city.places.fetched.clear()
    with pytest.raises(Unauthenticated, match="participant list"):
        await city.caller(STRANGER)
    with pytest.raises(Unauthenticated, match="aud"):
        await city.service.issuer.holders.authenticate(city.token(audience=US), None)  # type: ignore[arg-type]
    assert city.places.fetched == []


async def test_an_offer_is_no_request_whose_state_could_be_asked_for() -> None:
    city = await found_issuer()
    offer = await deciding.offer(city.service, FIRM, ["UtilityCredential"], [], "", by="person")
    with pytest.raises(RemoteProtocolError, match="No such request"):
        await receiving.read_status(city.service, await city.caller(), offer.id)


async def test_what_was_offered_is_issued_when_it_is_asked_for_once() -> None:
    city = await found_issuer()
    await deciding.offer(city.service, FIRM, ["AuditorCredential"], [], "", by="person")
    first = await receiving.receive_request(city.service, await city.caller(), city.ask("AuditorCredential"))
    second = await receiving.receive_request(
        city.service, await city.caller(jti="k"), city.ask("AuditorCredential", pid="q")
    )
    assert (first.state, second.state) == (RequestState.ISSUED, RequestState.REJECTED)
