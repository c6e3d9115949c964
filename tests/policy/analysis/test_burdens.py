"""A duty, party or prohibition that is not in our own policies is found, whatever place it has."""

import pytest

from connector.policy.analysis.burdens import find_burdens
from tests.policy.support import CITY, MOBILITY, agreement, build, rule

DUTY = {"action": "odrl:inform"}


def find(own: dict[str, object], asked: dict[str, object], payer: str | None = MOBILITY) -> set[str]:
    first, second = (
        build({name: value for name, value in document.items() if name != "assignee"} | {"@type": "Offer"})
        for document in (asked, own)
    )
    return {finding.code for finding in find_burdens(first, [second], payer=payer)}


@pytest.mark.parametrize(
    "asked",
    [
        agreement(rule(), obligation=[DUTY]),
        agreement(rule(), obligation=[{**DUTY, "assignee": CITY}]),
        agreement(rule(duty=[{**DUTY, "assignee": CITY}])),
        agreement(rule(), prohibition=[rule(action="sell", remedy=[DUTY])]),
        agreement(rule(), obligation=[{**DUTY, "assignee": MOBILITY, "consequence": [{**DUTY, "assignee": CITY}]}]),
        agreement(rule(), obligation=[{**DUTY, "assignee": MOBILITY, "compensatingParty": CITY}]),
    ],
)
def test_what_the_named_party_does_not_owe_alone_is_found(asked: dict[str, object]) -> None:
    assert find(agreement(rule()), asked) == {"added-duty"}
    assert find(asked, asked) == set()


def test_what_the_named_party_owes_is_its_own_matter() -> None:
    owed = {**DUTY, "assignee": MOBILITY}
    asked = agreement(rule(duty=[owed]), obligation=[owed], prohibition=[rule(action="sell")])
    assert find(agreement(rule()), asked) == set()
    assert find(agreement(rule()), asked, payer=None) == {"added-duty", "added-prohibition"}


def test_a_duty_in_another_place_is_another_duty() -> None:
    assert find(agreement(rule(duty=[DUTY])), agreement(rule(duty=[DUTY]), obligation=[DUTY])) == {"added-duty"}
