"""A policy in any harmless spelling is published as one offer, and two whole connectors agree on it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.pair.space import Space, space
from tests.policy.spellings import PLAIN, list_graphs, list_spellings

RULES = ("permission", "prohibition", "obligation")


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


async def test_every_spelling_of_a_policy_is_offered_alike_and_agreed(data_space: Space) -> None:
    spellings = [*list_spellings(), *list_graphs()]
    assets = [
        await data_space.city.offers(f"urn:dataset:{place}", policy=policy)
        for place, (_, policy) in enumerate(spellings)
    ]

    async def agree(place: int) -> None:
        dataset = await data_space.firm.api.catalog.dataset(data_space.city.id, assets[place].id)
        (offer,) = dataset["hasPolicy"]
        assert _sort({name: offer[name] for name in RULES}) == _sort({name: PLAIN[name] for name in RULES})
        begun = await data_space.firm.api.negotiations.start(data_space.city.id, assets[place].id)
        await data_space.firm.reaches(begun.id, "FINALIZED")

    await asyncio.gather(*(agree(place) for place in range(len(assets))))
    report = await data_space.firm.api.policies.compare(assets[0].policy, PLAIN)
    assert report.width == "same"


def _sort(value: Any) -> Any:
    """Write the lists of a policy in one order: a graph has none."""
    if isinstance(value, dict):
        return {name: _sort(entry) for name, entry in value.items()}
    return sorted(map(_sort, value), key=str) if isinstance(value, list) else value
