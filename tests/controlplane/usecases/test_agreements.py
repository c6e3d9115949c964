"""A provider withdraws from a finalized agreement once; a consumer cannot, and the reason is stored."""

import pytest

from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.usecases import agreements
from connector.ports.entities import PageBounds
from connector.protocol.dsp.common import Role
from tests.support.plane import NOW, OWNER, Desk

AGREEMENT = "urn:agreement:1"


async def test_a_withdrawal_is_stored_with_its_reason_and_a_repeat_changes_nothing(desk: Desk) -> None:
    await desk.agree(role=Role.PROVIDER)
    withdrawn = await agreements.withdraw(desk.rooms.evaluator, AGREEMENT, "Faulty sensor.")
    assert (withdrawn.withdrawn_at, withdrawn.withdrawn_because) == (NOW, "Faulty sensor.")
    assert await agreements.withdraw(desk.rooms.evaluator, AGREEMENT, "Other reason.") == withdrawn
    assert await desk.store.agreement(OWNER, AGREEMENT) == withdrawn
    leaves, _ = await desk.store.leaves(OWNER, PageBounds(limit=10))
    assert [leaf.kind for leaf in leaves] == ["agreement withdrawn"]


@pytest.mark.parametrize(
    ("role", "finalized", "code"),
    [(Role.CONSUMER, True, "not-provider"), (Role.PROVIDER, False, "not-finalized")],
)
async def test_only_a_provider_withdraws_and_only_after_the_end_of_the_negotiation(
    desk: Desk, role: Role, finalized: bool, code: str
) -> None:
    await desk.agree(role=role, finalized=finalized)
    with pytest.raises(NotAllowed) as refused:
        await agreements.withdraw(desk.rooms.evaluator, AGREEMENT, "")
    assert refused.value.code == code


async def test_an_unknown_agreement_is_refused(desk: Desk) -> None:
    with pytest.raises(NoSuchEntity, match="Unknown agreement urn:none"):
        await agreements.withdraw(desk.rooms.evaluator, "urn:none", "")
