"""`odrl:count`."""

import pytest

from connector.policy.model.decision import Counter, Verdict
from connector.policy.model.situation import Phase
from tests.policy.support import agreement, ask, atom, rule


def test_n_times_permits_the_nth_use_and_names_the_counter_to_bump() -> None:
    document = agreement(rule(atom("odrl:count", "lteq", "5"), uid="urn:r"))
    fifth = ask(document, {"count:urn:r": 4})
    assert fifth.verdict is Verdict.PERMIT
    assert fifth.counters == (Counter("count:urn:r", 1, 5),)
    assert ask(document, {"count:urn:r": 5}).verdict is Verdict.DENY
    assert ask(document).verdict is Verdict.DENY
    assert ask(document, phase=Phase.CATALOGUE).verdict is Verdict.DEFERRED
    assert ask(document, phase=Phase.CATALOGUE).counters == ()


@pytest.mark.parametrize(
    ("operator", "value", "limit"),
    [("lt", "5", 4), ("lt", "4.5", 4), ("lteq", "4.5", 4), ("eq", "2", 2), ("gt", "1", None)],
)
def test_the_limit_of_a_counter_is_the_last_value_that_is_allowed(operator: str, value: str, limit: int | None) -> None:
    used = 1 if operator == "eq" else 3
    decision = ask(agreement(rule(atom("odrl:count", operator, value))), {"count:permission/0": used})
    assert decision.counters == (Counter("count:permission/0", 1, limit, operator == "eq"),)


def test_two_bounds_on_one_counter_give_the_tighter_limit() -> None:
    document = agreement(rule(atom("odrl:count", "lteq", "9"), atom("odrl:count", "lteq", "5")))
    assert ask(document, {"count:permission/0": 0}).counters == (Counter("count:permission/0", 1, 5),)


def test_where_a_limit_does_not_say_what_is_allowed_the_counter_has_to_be_found_as_it_was() -> None:
    five = atom("odrl:count", "lteq", "5")
    choice = agreement(rule({"or": [five, atom("dk:role", "eq", "emergency")]}))
    world = {"count:permission/0": 7, "role": ["emergency"]}
    assert ask(choice, world).counters == (Counter("count:permission/0", 1, None, True),)
    split = rule(atom("odrl:count", "lteq", "9"), action=["use", "odrl:sell"])
    both = ask(
        agreement(split, prohibition=[rule(atom("odrl:count", "gt", "5"))]),
        {
            "count:permission/0": 1,
            "count:prohibition/0": 1,
        },
    )
    assert {counter.fact for counter in both.counters} == {"count:permission/0", "count:prohibition/0"}
    ban = agreement(rule(), prohibition=[rule(atom("odrl:count", "gt", "5"))])
    assert ask(ban, {"count:prohibition/0": 4}).counters == (Counter("count:prohibition/0", 1, None, True),)
    assert ask(ban, {"count:prohibition/0": 5}).verdict is Verdict.DENY
    told = agreement(rule(), obligation=[rule(atom("odrl:count", "gt", "2"), action="odrl:inform")])
    assert ask(told, {"count:obligation/0": 2}).counters == (Counter("count:obligation/0", 1, None, True),)
    assert len(ask(told, {"count:obligation/0": 2}).duties) == 1
    assert ask(told, {"count:obligation/0": 1}).duties == ()
