"""What every store does with offers that people are filling in."""

import pytest
from msgspec.structs import replace

from connector.ports import changes
from connector.ports.entities import OfferForm
from connector.ports.store import Store
from connector.ports.store_errors import Conflict
from tests.contract.values import OWNER


def make_form(id: str, **changed: object) -> OfferForm:
    plain = OfferForm(owner=OWNER, id=id, editors=("a.kaya",), begun_at=1, saved_at=1, version=1)
    return replace(plain, **changed)


async def test_a_form_comes_back_as_it_was_put_and_all_are_ordered(store: Store) -> None:
    whole = make_form(
        "urn:b",
        answers={"titel": "Bäume"},
        source={"kind": "file", "path": "a.csv"},
        found=b"{}",
        policy=b"{}",
        asset="urn:d",
        asset_version=3,
    )
    plain = make_form("urn:a")
    await store.commit([changes.PutOfferForm(form, None) for form in (whole, plain, make_form("urn:a", owner="other"))])
    assert await store.offer_form(OWNER, "urn:b") == whole
    assert await store.offer_form(OWNER, "urn:none") is None
    assert list(await store.offer_forms(OWNER)) == [plain, whole]


async def test_a_form_changes_only_from_the_version_that_was_read(store: Store) -> None:
    first = make_form("urn:a")
    await store.commit([changes.PutOfferForm(first, None)])
    second = replace(first, version=2, answers={"titel": "Neu"})
    await store.commit([changes.PutOfferForm(second, 1)])
    for change in (changes.PutOfferForm(first, None), changes.PutOfferForm(replace(first, version=2), 1)):
        with pytest.raises(Conflict):
            await store.commit([change])
    with pytest.raises(ValueError, match="expected"):
        await store.commit([changes.PutOfferForm(second, 2)])
    assert await store.offer_form(OWNER, "urn:a") == second


async def test_a_form_is_dropped_once_and_only_as_it_was_read(store: Store) -> None:
    first, other = make_form("urn:a"), make_form("urn:b")
    await store.commit([changes.PutOfferForm(first, None)])
    await store.commit([changes.PutOfferForm(replace(first, version=2), 1)])
    for stale in (changes.DropOfferForm(OWNER, "urn:a", 1), changes.DropOfferForm("other", "urn:a", 2)):
        with pytest.raises(Conflict):
            await store.commit([changes.PutOfferForm(other, None), stale])
    assert [form.id for form in await store.offer_forms(OWNER)] == ["urn:a"]
    await store.commit([changes.DropOfferForm(OWNER, "urn:a", 2)])
    with pytest.raises(Conflict):
        await store.commit([changes.DropOfferForm(OWNER, "urn:a", 2)])
    assert list(await store.offer_forms(OWNER)) == []
