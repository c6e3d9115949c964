"""A policy in any harmless spelling is published as one offer, and two whole connectors agree on it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connector.client.frame.errors import InvalidRequest
from tests.pair.space import TERMS, Space, space
from tests.policy.spellings import ASSIGNER, PLAIN, TARGET, list_graphs, list_spellings, spell_for

RULES = ("permission", "prohibition", "obligation")


@pytest.fixture
async def data_space(tmp_path: Path) -> AsyncIterator[Space]:
    async with space(tmp_path, "city", "firm") as made:
        yield made


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"target": TARGET}, "is about urn:x:asset"),
        ({"assigner": ASSIGNER}, "is offered by urn:x:city"),
        ({"@type": "Agreement"}, "an Agreement"),
    ],
)
async def test_a_policy_about_something_else_is_not_offered(
    data_space: Space, other: dict[str, Any], said: str
) -> None:
    city = data_space.city
    policy = {"@type": "Offer", "target": "urn:dataset:air", "assigner": city.id, **TERMS, **other}
    with pytest.raises(InvalidRequest, match=said):
        await city.offers("urn:dataset:air", policy=policy)
    with pytest.raises(InvalidRequest, match=said):
        await city.offers("urn:dataset:air", reservation=policy)
    await city.offers("urn:dataset:air")
    with pytest.raises(InvalidRequest, match=said):
        await data_space.firm.api.negotiations.start(city.id, "urn:dataset:air", policy=policy)
    assert not (await city.api.negotiations.list()).items


async def test_every_spelling_of_a_policy_is_offered_alike_and_agreed(data_space: Space) -> None:
    spellings = [*list_spellings(), *list_graphs()]
    assets = [
        await data_space.city.offers(
            f"urn:dataset:{place}", policy=spell_for(policy, f"urn:dataset:{place}", data_space.city.id)
        )
        for place, (_, policy) in enumerate(spellings)
    ]

    async def agree(place: int) -> None:
        dataset = await data_space.firm.api.catalog.dataset(data_space.city.id, assets[place].id)
        (offer,) = dataset["hasPolicy"]
        assert _sort({name: offer[name] for name in RULES}) == _sort({name: PLAIN[name] for name in RULES})
        begun = await data_space.firm.api.negotiations.start(data_space.city.id, assets[place].id)
        await data_space.firm.reaches(begun.id, "FINALIZED")

    await asyncio.gather(*(agree(place) for place in range(len(assets))))
    report = await data_space.firm.api.policies.compare(
        assets[0].policy, spell_for(PLAIN, assets[0].id, data_space.city.id)
    )
    assert report.width == "same"


def _sort(value: Any) -> Any:
    """Write the lists of a policy in one order: a graph has none."""
    if isinstance(value, dict):
        return {name: _sort(entry) for name, entry in value.items()}
    return sorted(map(_sort, value), key=str) if isinstance(value, list) else value
