"""What every store does with the credentials that this participant holds, and with offers and requests."""

import pytest
from msgspec.structs import replace

from connector.ports.changes import DropCredential, DropIssuance, PutCredential, PutIssuance
from connector.ports.entities import HeldCredential, Issuance
from connector.ports.store import Store
from connector.ports.store_errors import Conflict
from connector.views.credentials import IssuanceState
from tests.contract.values import OWNER

HELD = HeldCredential(
    owner=OWNER,
    key="b",
    version=1,
    id="urn:uuid:1",
    issuer="did:web:stadt.example",
    types=("MembershipCredential",),
    profile="vc20-bssl/jwt",
    secured="e30.e30.e30",
    received_at=5,
    valid_until=9,
)
ASKED = Issuance(owner=OWNER, id="b", issuer="did:web:stadt.example", types=(), state=IssuanceState.REQUESTED, at=5)


async def test_a_renewed_credential_takes_the_place_of_the_old_one(store: Store) -> None:
    renewed = replace(HELD, id="2", version=2)
    await store.commit([PutCredential(HELD, None), PutCredential(replace(HELD, key="a"), None)])
    await store.commit([PutCredential(renewed, 1)])
    for change in (PutCredential(renewed, 1), PutCredential(HELD, None)):
        with pytest.raises(Conflict):
            await store.commit([change])
    assert await store.credential(OWNER, "b") == renewed
    assert [held.key for held in await store.credentials(OWNER)] == ["a", "b"]
    assert await store.credential("other", "b") is None
    assert await store.credentials("other") == []


async def test_a_removed_credential_is_gone_and_removing_it_again_changes_nothing(store: Store) -> None:
    await store.commit([PutCredential(HELD, None)])
    for _ in range(2):
        await store.commit([DropCredential(OWNER, "b")])
        assert await store.credential(OWNER, "b") is None


async def test_a_request_that_was_changed_meanwhile_is_not_overwritten(store: Store) -> None:
    issued = replace(ASKED, state=IssuanceState.ISSUED)
    with pytest.raises(Conflict):
        await store.commit([PutIssuance(issued, ASKED)])
    await store.commit([PutIssuance(ASKED)])
    await store.commit([PutIssuance(issued, ASKED)])
    with pytest.raises(Conflict):
        await store.commit([PutIssuance(replace(ASKED, attempts=1), ASKED)])
    assert await store.issuance(OWNER, "b") == issued


async def test_offers_and_requests_are_kept_by_the_holders_name(store: Store) -> None:
    issued = replace(ASKED, state=IssuanceState.ISSUED)
    await store.commit([PutIssuance(ASKED), PutIssuance(issued), PutIssuance(replace(ASKED, id="a"))])
    assert await store.issuance(OWNER, "b") == issued
    assert [one.id for one in await store.issuances(OWNER)] == ["a", "b"]
    await store.commit([DropIssuance(OWNER, "b")])
    assert await store.issuance(OWNER, "b") is None
