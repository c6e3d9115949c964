"""What the operator of an issuer decides: about what waits only, and about members only."""

import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases.issuing import deciding, receiving
from connector.ports.entities import CredentialRequest, PageBounds
from connector.views.issuing import RequestState
from tests.identity.dcp.places import FIRM, STRANGER
from tests.support.issuing import Issuing, found_issuer


async def waiting(city: Issuing) -> CredentialRequest:
    return await receiving.receive_request(city.service, await city.caller(), city.ask("UtilityCredential"))


async def test_what_waits_is_approved_once() -> None:
    city = await found_issuer()
    found = await waiting(city)
    after = await deciding.approve(city.service, found.id, by="person")
    assert (after.state, after.due_at) == (RequestState.ISSUED, city.places.now_ms)
    for act in (deciding.approve(city.service, found.id, by="x"), deciding.reject(city.service, found.id, "", by="x")):
        with pytest.raises(NotAllowed, match="waits"):
            await act
    rows, _ = await city.service.context.store.issued_credentials("default", PageBounds(limit=9))
    assert [row.request for row in rows] == [found.id]


async def test_what_waits_is_rejected_with_a_reason() -> None:
    city = await found_issuer()
    found = await waiting(city)
    after = await deciding.reject(city.service, found.id, "Not yet.", by="person")
    assert (after.state, after.reason) == (RequestState.REJECTED, "Not yet.")
    leaves, _ = await city.service.context.store.leaves("default", PageBounds(limit=9))
    assert [leaf.kind for leaf in leaves] == ["credentials received for a holder", "credentials rejected for a holder"]


async def test_only_what_was_decided_is_sent_again() -> None:
    city = await found_issuer()
    found = await waiting(city)
    with pytest.raises(NotAllowed, match="approve or reject"):
        await deciding.send_again(city.service, found.id)
    await deciding.reject(city.service, found.id, "", by="person")
    assert (await deciding.send_again(city.service, found.id)).due_at == city.places.now_ms
    with pytest.raises(NoSuchEntity):
        await deciding.send_again(city.service, "other")


async def test_credentials_are_issued_to_members_for_known_types_and_profiles() -> None:
    city, profiles = await found_issuer(), ["vc20-bssl/jwt", "vc11-sl2021/jwt"]
    made = await deciding.issue_now(city.service, FIRM, ["UtilityCredential"], profiles, by="person")
    assert sorted(each.profile for each in made) == sorted(profiles)
    with pytest.raises(NotAllowed, match="participant list"):
        await deciding.issue_now(city.service, STRANGER, ["UtilityCredential"], [], by="person")
    with pytest.raises(Invalid, match="use one of"):
        await deciding.issue_now(city.service, FIRM, ["DiplomaCredential"], [], by="person")
    with pytest.raises(Invalid, match="no profile"):
        await deciding.offer(city.service, FIRM, ["UtilityCredential"], ["ldp"], "", by="person")


async def test_the_offers_of_one_holder_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "MOST_REQUESTS", 1)
    city = await found_issuer()
    made = await deciding.offer(city.service, FIRM, ["UtilityCredential"], [], "", by="person")
    assert (made.state, made.reason) == (RequestState.OFFERED, deciding.REISSUE)
    with pytest.raises(NotAllowed, match="limit"):
        await deciding.offer(city.service, FIRM, ["UtilityCredential"], [], "", by="person")
