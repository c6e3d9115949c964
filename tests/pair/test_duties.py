"""What both connectors know of the duties of the agreement they made, and how one of them withdraws from it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connector.client.frame.errors import ClientError
from tests.pair.space import Member, Space, space

NOTICE = {"leftOperand": "dk:notice", "operator": "eq", "rightOperand": "Stadt"}
TERM = {
    "leftOperand": "odrl:elapsedTime",
    "operator": "lteq",
    "rightOperand": {"@value": "P1D", "@type": "xsd:duration"},
}
TERMS = {
    "permission": [{"action": "use"}],
    "obligation": [
        {"action": "odrl:delete", "constraint": [TERM]},
        {"action": "odrl:attribute", "constraint": [NOTICE]},
        {"action": "dk:log"},
    ],
}


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


async def agreed(data_space: Space) -> str:
    asset = await data_space.city.offers(policy=TERMS)
    begun = await data_space.firm.api.negotiations.start(data_space.city.id, asset.id)
    final = await data_space.firm.reaches(begun.id, "FINALIZED")
    await data_space.city.reaches((await data_space.city.other_side(final)).id, "FINALIZED")
    return final.agreement_id or ""


async def states(member: Member, agreement: str) -> dict[str, str]:
    return {duty.action.rpartition("/")[2]: duty.state for duty in await member.api.agreements.duties(agreement)}


async def test_both_sides_keep_a_ledger_and_each_confirms_for_itself(data_space: Space) -> None:
    agreement = await agreed(data_space)
    for member in (data_space.city, data_space.firm):
        assert await states(member, agreement) == {"delete": "active", "attribute": "fulfilled", "1#log": "active"}
    done = await data_space.firm.api.agreements.receipt(agreement, "obligation/0", "deleted")
    assert (done.state, done.deadline is not None) == ("fulfilled", True)
    assert (await states(data_space.city, agreement))["delete"] == "active"


async def test_an_agreement_is_on_record_with_the_decision_it_stands_on(data_space: Space) -> None:
    agreement = await agreed(data_space)
    leaves: list[Any] = [leaf async for leaf in data_space.city.api.audit.all() if leaf.kind == "decided agree"]
    judged = leaves[0].body["fields"]["judged"]
    assert judged["agreement"] == agreement
    assert judged["verdict"] in {"permit", "deferred"}
    assert len(judged["policy"]) == 64
    assert [rule["applies"] for rule in judged["rules"]] == ["true"]


async def test_who_withdraws_from_an_agreement_delivers_no_more(data_space: Space) -> None:
    agreement = await agreed(data_space)
    withdrawn = await data_space.city.api.agreements.withdraw(agreement, reason="The purpose has gone.")
    assert withdrawn.withdrawn_at is not None
    assert await data_space.city.api.agreements.withdraw(agreement, reason="again") == withdrawn
    assert (await states(data_space.city, agreement))["delete"] == "active"
    begun = await data_space.firm.api.transfers.start(agreement)
    ended = await data_space.firm.api.transfers.wait(begun.id, timeout_s=20)
    assert (ended.state, "withdrawn" in (ended.ended.reason if ended.ended else "")) == ("TERMINATED", True)
    with pytest.raises(ClientError, match="Unknown agreement"):
        await data_space.city.api.agreements.withdraw("urn:unknown")
