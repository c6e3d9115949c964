"""What every store keeps for an issuer: requests, issued credentials, and places that are never shared."""

import pytest
from msgspec.structs import replace

from connector.ports.entities import CredentialRequest, IssuedCredential, PageBounds, StatusListUse
from connector.ports.issuing_store import DropCredentialRequest, DropIssuing, PutCredentialRequest, PutIssuedCredential
from connector.ports.store import Store
from connector.ports.store_errors import Conflict
from connector.views.credentials import CredentialStanding
from connector.views.issuing import RequestState
from tests.contract.values import OWNER

FIRM, AGENCY = "did:web:firma.example", "did:web:amt.example"
ASKED = CredentialRequest(
    owner=OWNER,
    id="urn:1",
    version=1,
    holder=FIRM,
    holder_pid="p",
    objects=("urn:object",),
    state=RequestState.RECEIVED,
    at=5,
)
ISSUED = IssuedCredential(
    owner=OWNER,
    id="urn:c1",
    version=1,
    request="urn:1",
    holder=FIRM,
    type="MembershipCredential",
    profile="vc20-bssl/jwt",
    list=1,
    index=7,
    secured="e30.e30.e30",
    issued_at=5,
    valid_until=100,
)
PAGE = PageBounds(limit=9)


async def test_a_name_of_a_holder_stands_for_one_request_and_offers_have_none(store: Store) -> None:
    await store.commit([PutCredentialRequest(ASKED, None)])
    with pytest.raises(Conflict):
        await store.commit([PutCredentialRequest(replace(ASKED, id="urn:2"), None)])
    offers = [replace(ASKED, id=f"urn:o{each}", holder_pid="", state=RequestState.OFFERED) for each in (1, 2)]
    others = [*offers, replace(ASKED, id="urn:3", holder=AGENCY)]
    await store.commit([PutCredentialRequest(each, None) for each in others])
    assert await store.credential_request_of(OWNER, FIRM, "p") == ASKED
    assert await store.credential_request_of("other", FIRM, "p") is None
    assert await store.count_credential_requests(OWNER, FIRM) == 3
    await store.commit([DropCredentialRequest(OWNER, "urn:1"), DropCredentialRequest(OWNER, "urn:1")])
    assert await store.credential_request_of(OWNER, FIRM, "p") is None
    await store.commit([PutCredentialRequest(ASKED, None)])


async def test_a_request_changes_only_from_the_version_that_was_read(store: Store) -> None:
    after = replace(ASKED, version=2, state=RequestState.ISSUED, due_at=9)
    await store.commit([PutCredentialRequest(ASKED, None)])
    await store.commit([PutCredentialRequest(after, 1)])
    for change in (PutCredentialRequest(after, 1), PutCredentialRequest(ASKED, None)):
        with pytest.raises(Conflict):
            await store.commit([change])
    assert await store.credential_request(OWNER, "urn:1") == after


async def test_requests_are_listed_newest_first_and_by_when_they_are_due(store: Store) -> None:
    rows = [
        replace(ASKED, id="urn:1", holder_pid="1", due_at=30),
        replace(ASKED, id="urn:2", holder_pid="2", due_at=10, state=RequestState.ISSUED),
        replace(ASKED, id="urn:3", holder_pid="3", holder=AGENCY),
    ]
    await store.commit([PutCredentialRequest(each, None) for each in rows])
    assert [each.id for each in (await store.credential_requests(OWNER, PAGE))[0]] == ["urn:3", "urn:2", "urn:1"]
    assert [each.id for each in (await store.credential_requests(OWNER, PAGE, holder=AGENCY))[0]] == ["urn:3"]
    found, after = await store.credential_requests(OWNER, PageBounds(limit=1), state=RequestState.RECEIVED)
    assert [each.id for each in found] == ["urn:3"]
    rest, after = await store.credential_requests(OWNER, PageBounds(limit=9, after=after), state=RequestState.RECEIVED)
    assert ([each.id for each in rest], after) == (["urn:1"], None)
    assert [each.id for each in await store.next_credential_requests(OWNER, 9)] == ["urn:2", "urn:1"]


async def test_no_two_credentials_share_a_place_in_the_status_lists(store: Store) -> None:
    assert await store.status_list_in_use(OWNER) is None
    await store.commit([PutIssuedCredential(ISSUED, None)])
    with pytest.raises(Conflict):
        await store.commit([PutIssuedCredential(replace(ISSUED, id="urn:c2"), None)])
    assert await store.status_list_in_use(OWNER) == StatusListUse(number=1, taken=1)
    await store.commit([PutIssuedCredential(replace(ISSUED, id="urn:c2", index=8), None)])
    assert await store.status_list_in_use(OWNER) == StatusListUse(number=1, taken=2)
    assert await store.is_index_taken(OWNER, 1, 7)
    assert not await store.is_index_taken(OWNER, 1, 9)
    assert not await store.is_index_taken(OWNER, 2, 7)
    await store.commit([PutIssuedCredential(replace(ISSUED, id="urn:c3", list=2), None)])
    assert await store.status_list_in_use(OWNER) == StatusListUse(number=2, taken=1)


async def test_the_ended_entries_of_a_list_are_those_with_a_standing(store: Store) -> None:
    rows = [replace(ISSUED, id=f"urn:c{index}", index=index) for index in range(4)]
    await store.commit([PutIssuedCredential(each, None) for each in rows])
    for index, standing in ((1, CredentialStanding.REVOKED), (3, CredentialStanding.REVOKED)):
        await store.commit([PutIssuedCredential(replace(rows[index], version=2, standing=standing), 1)])
    await store.commit([PutIssuedCredential(replace(rows[2], version=2, standing=CredentialStanding.SUSPENDED), 1)])
    assert await store.ended_indices(OWNER, 1, CredentialStanding.REVOKED) == [1, 3]
    assert await store.ended_indices(OWNER, 1, CredentialStanding.SUSPENDED) == [2]
    assert await store.ended_indices(OWNER, 2, CredentialStanding.REVOKED) == []
    assert await store.status_list_in_use(OWNER) == StatusListUse(number=1, taken=4)


async def test_issued_credentials_are_listed_by_holder_and_by_request(store: Store) -> None:
    other = replace(ISSUED, id="urn:c3", index=9, holder="x")
    rows = [ISSUED, replace(ISSUED, id="urn:c2", index=8, request=""), other]
    await store.commit([PutIssuedCredential(each, None) for each in rows])
    assert [each.id for each in (await store.issued_credentials(OWNER, PAGE))[0]] == ["urn:c3", "urn:c2", "urn:c1"]
    assert [each.id for each in (await store.issued_credentials(OWNER, PAGE, holder=FIRM))[0]] == ["urn:c2", "urn:c1"]
    assert [each.id for each in (await store.issued_credentials(OWNER, PAGE, request="urn:1"))[0]] == [
        "urn:c3",
        "urn:c1",
    ]
    assert await store.issued_credential(OWNER, "urn:c2") == rows[1]
    assert await store.issued_credential("other", "urn:c2") is None


async def test_what_lasts_is_listed_by_its_end_page_by_page_and_nothing_that_has_ended(store: Store) -> None:
    ends = {"urn:c1": 100, "urn:c2": 101, "urn:c3": 300, "urn:c4": 200, "urn:c5": 200}
    rows = [replace(ISSUED, id=name, index=20 + at, valid_until=end) for at, (name, end) in enumerate(ends.items())]
    foreign = replace(ISSUED, owner="other", id="urn:c6", valid_until=200)
    await store.commit([PutIssuedCredential(each, None) for each in (*rows, foreign)])
    found: list[str] = []
    after: str | None = None
    for _ in range(2):
        page, after = await store.lasting_credentials(OWNER, PageBounds(limit=2, after=after), 100)
        found += [each.id for each in page]
    assert (found, after) == (["urn:c2", "urn:c4", "urn:c5", "urn:c3"], None)
    # What a walk changes keeps its place.
    await store.commit([PutIssuedCredential(replace(rows[1], version=2, standing=CredentialStanding.SUSPENDED), 1)])
    assert [each.id for each in (await store.lasting_credentials(OWNER, PAGE, 100))[0]] == found
    assert (await store.lasting_credentials(OWNER, PAGE, 300))[0] == []


async def test_what_ended_long_ago_goes_and_its_place_is_not_free_in_the_count(store: Store) -> None:
    waiting = replace(ASKED, id="urn:2", holder_pid="2")
    told = replace(ASKED, state=RequestState.ISSUED, delivered_at=50)
    owed = replace(told, id="urn:3", holder_pid="3", delivered_at=None, due_at=60)
    later = replace(ISSUED, id="urn:c2", index=8, valid_until=200)
    await store.commit([PutCredentialRequest(each, None) for each in (told, waiting, owed)])
    await store.commit([PutIssuedCredential(each, None) for each in (ISSUED, later)])
    await store.commit([DropIssuing(OWNER, expired_before=101, told_before=51)])
    assert [each.id for each in (await store.issued_credentials(OWNER, PAGE))[0]] == ["urn:c2"]
    assert [each.id for each in (await store.credential_requests(OWNER, PAGE))[0]] == ["urn:3", "urn:2"]
    assert await store.status_list_in_use(OWNER) == StatusListUse(number=1, taken=2)
