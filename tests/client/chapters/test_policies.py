"""Policies over the client, blocking and awaited."""

import pytest

from connector.client import Connector
from connector.client.frame.errors import InvalidRequest
from connector.views.policies import TrialOrder
from tests.client.calls import awaited
from tests.support.plane import CITY, Desk

ANY_USE = {"permission": [{"action": "use"}]}


def test_a_policy_is_checked_as_an_offer(connector: Connector) -> None:
    assert connector.policies.lint(ANY_USE).ok
    assert not connector.policies.lint(ANY_USE, personal="personal").ok


def test_policies_are_explained_in_their_order(connector: Connector) -> None:
    first, second = connector.policies.explain([ANY_USE, {"permission": "?"}]).items
    assert (first.sentence["en"], first.problem) == ("Use allowed.", None)
    assert second.problem is not None
    with pytest.raises(InvalidRequest):
        connector.policies.explain([ANY_USE] * 101)


def test_a_parameter_of_a_template_has_one_value_or_several(connector: Connector) -> None:
    parts = [(template.name, part) for template in connector.policies.templates() for part in template.parameters]
    name, parameter = next((name, part.name) for name, part in parts if part.several)
    filled = connector.policies.fill(name, **{parameter: [CITY]})
    assert CITY in str(filled.policy)
    assert connector.policies.fill("downloads", downloads="7").policy["@type"] == "Offer"


async def test_policies_are_compared_and_tried_awaited(desk: Desk) -> None:
    async with awaited(desk) as connector:
        compared = await connector.policies.compare(ANY_USE, {"permission": [{"action": "read"}]})
        tried = await connector.policies.decide(TrialOrder(policy=ANY_USE, participant=CITY))
    assert (compared.width, compared.contained) == ("narrowed", "contained")
    assert tried.verdict == "permit"
