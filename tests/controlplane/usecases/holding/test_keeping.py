"""Credentials are kept: imported, renewed, removed, and a bounded number of them."""

import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases.holding import keeping
from connector.ports.entities import PageBounds
from connector.views.credentials import CredentialStanding
from tests.identity.dcp.places import FIRM
from tests.support.holding import hold, member


async def test_a_renewed_credential_takes_the_place_of_the_old_one_under_the_same_key() -> None:
    firm = await hold()
    first = await keeping.add(firm.service, member(), by="person")
    second = await keeping.add(firm.service, f" {member(id='urn:uuid:2')}\n", by="person")
    assert (first.key, second.id, second.version) == (second.key, "urn:uuid:2", 2)
    assert [held.id for held in await firm.service.context.store.credentials("default")] == ["urn:uuid:2"]


async def test_what_is_no_credential_changes_nothing() -> None:
    firm = await hold()
    with pytest.raises(Invalid, match="form"):
        await keeping.add(firm.service, "no credential", by="person")
    assert await firm.service.context.store.credentials("default") == []


async def test_a_removed_credential_is_gone() -> None:
    firm = await hold()
    held = await keeping.add(firm.service, member(), by="person")
    await keeping.remove(firm.service, held.key, by="person")
    with pytest.raises(NoSuchEntity):
        await keeping.find(firm.service, held.key)
    leaves, _ = await firm.service.context.store.leaves("default", PageBounds(limit=9))
    assert [leaf.kind for leaf in leaves] == ["credential stored", "credential removed"]


async def test_the_standing_follows_the_clock() -> None:
    firm = await hold()
    held = await keeping.add(firm.service, member(), by="person")
    assert held.valid_from is not None
    assert held.valid_until is not None
    assert keeping.find_standing(held, held.valid_from - 1) is CredentialStanding.NOT_YET
    assert keeping.find_standing(held, held.valid_from) is CredentialStanding.VALID
    assert keeping.find_standing(held, held.valid_until) is CredentialStanding.EXPIRED


async def test_a_bounded_number_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_HELD", 1)
    firm = await hold()
    await keeping.add(firm.service, member(), by="person")
    with pytest.raises(NotAllowed, match="limit"):
        await keeping.add(firm.service, member("CompanyCredential"), by="person")


async def test_what_a_credential_says_is_read_from_it() -> None:
    firm = await hold()
    held = await keeping.add(firm.service, member(credentialSubject={"id": FIRM, "role": "company"}), by="person")
    assert keeping.read_claims(firm.service, held) == {"role": "company"}
