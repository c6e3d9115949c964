"""The reasons to refuse of the matrices of refusals: terms, and what happens after the agreement."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.pair.moving import World, moving
from tests.pair.space import PURPOSE

FACTS: dict[str, list[str]] = {"purpose": [PURPOSE], "role": ["planner"], "spatial": ["DE"]}


@asynccontextmanager
async def refusing(base: Path) -> AsyncIterator[World]:
    """Run a city and a firm; nothing but deliveries reads the data."""
    async with moving(base) as made:
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


def check_words(reason: str, told: str) -> None:
    """Assert that a refusal names its reason."""
    assert any(word.lower() in told.lower() for word in REASONS[reason].words.split("|")), told
