"""The matrix of refusals: each reason × each kind of source × pull and push: no byte leaves, the reason is in words.

Each cell first moves data under the same terms, so that a refusal is not a fault of the test. A new kind of source
joins with its line in `connector.dataplane.kinds` and its backing in the suite of sources.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from connector.client.frame.errors import ClientError
from connector.dataplane.kinds import SOURCES
from tests.contract.test_source import ALL
from tests.dataplane.world import blob
from tests.pair.moving import CountedSource, World, moving
from tests.pair.space import PURPOSE

pytestmark = pytest.mark.asyncio(loop_scope="module")

DATA = blob(100_000)
FACTS: dict[str, list[str]] = {"purpose": [PURPOSE], "role": ["planner"], "spatial": ["DE"]}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with moving(tmp_path_factory.mktemp("refusals")) as made:
        # It reads a delivered version once more, for the quality that the offer states; nothing of that leaves.
        next(task for task in made.city.connector.tasks if task.get_name() == "measurer").cancel()
        yield made


def atom(left: str, operator: str, right: Any) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


async def _lose(world: World, name: str) -> None:
    """Take a claim from the firm; a lease that it has lapses."""
    await world.state({**FACTS, name: ["dpv:Marketing"] if name == "purpose" else ["FR" if name == "spatial" else "x"]})
    world.ahead += 600_000


async def _pass_time(world: World, _: str, __: str) -> None:
    world.ahead += 2 * 3_600_000


async def _nothing(_: World, __: str, ___: str) -> None:
    """The delivery before has used the terms up."""


async def _withdraw_agreement(world: World, _: str, agreement: str) -> None:
    await world.city.api.agreements.withdraw(agreement, reason="The sensor is faulty.")


async def _withdraw_offer(world: World, dataset: str, _: str) -> None:
    await world.city.api.assets.withdraw(dataset, end_agreements=True, reason="The sensor is gone.")


@dataclass(frozen=True)
class Refused:
    """A reason: the constraint of the terms, what happens after the agreement, and the words of the refusal."""

    constraint: Callable[[World], dict[str, Any] | None]
    happen: Callable[[World, str, str], Awaitable[None]]
    words: str


MADE = {"recipe"}
"""What is made of other offers leaves as a file of this connector; `test_products` has the ends of its inputs."""
REASONS = {
    "wrong purpose": Refused(
        lambda _: atom("odrl:purpose", "isA", PURPOSE), lambda world, *_: _lose(world, "purpose"), "purpose"
    ),
    "wrong role": Refused(lambda _: atom("dk:role", "eq", "planner"), lambda world, *_: _lose(world, "role"), "role"),
    "region": Refused(
        lambda _: atom("odrl:spatial", "isPartOf", "DE"), lambda world, *_: _lose(world, "spatial"), "place"
    ),
    "expired": Refused(
        lambda world: atom("odrl:dateTime", "lt", (world.instant() + timedelta(hours=1)).isoformat()),
        _pass_time,
        "expired|over|time|until",
    ),
    "count used up": Refused(lambda _: atom("odrl:count", "lteq", 1), _nothing, "uses"),
    "revoked": Refused(lambda _: None, _withdraw_agreement, "The sensor is faulty"),
    "withdrawn": Refused(lambda _: None, _withdraw_offer, "The sensor is gone"),
}


@pytest.mark.parametrize("push", [False, True], ids=["pull", "push"])
@pytest.mark.parametrize("kind", [kind for kind in SOURCES if kind not in MADE])
@pytest.mark.parametrize("reason", REASONS)
async def test_no_byte_leaves_after_a_reason_to_refuse(world: World, reason: str, kind: str, push: bool) -> None:
    refused = REASONS[reason]
    await world.state(FACTS)
    counted = CountedSource(SOURCES[kind](world.site))
    world.city.connector.dataplane.sources[kind] = counted  # type: ignore[attr-defined]
    async with ALL[kind](world.site, DATA) as address:
        dataset, agreement = await world.agree(address, refused.constraint(world))
        counted.count = 0
        before = await world.transfer(agreement, push=push)
        assert before.state == "COMPLETED", (before.state, before.ended)
        assert counted.count > 0
        opened = None
        if not push and reason != "count used up":
            opened = await world.transfer(agreement, push=False, keep=True)
            assert (await world.pull_by_hand(opened.id)).status_code == 200
        await refused.happen(world, dataset, agreement)
        counted.count = 0
        told = await _ask_again(world, agreement, push=push)
        answer = await world.pull_by_hand(opened.id) if opened else None
    assert counted.count == 0
    assert any(word.lower() in told.lower() for word in refused.words.split("|")), told
    if answer is not None:
        assert answer.status_code in {401, 403}, answer.text
        assert answer.json()["message"]


async def _ask_again(world: World, agreement: str, *, push: bool) -> str:
    """Ask for the data again; return why it is refused."""
    try:
        ended = await world.transfer(agreement, push=push)
    except ClientError as error:
        return str(error)
    assert ended.state == "TERMINATED"
    assert ended.ended
    return ended.ended.reason
