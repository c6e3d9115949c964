"""`dk:volume`."""

import pytest

from connector.policy.model.decision import Counter, Verdict
from tests.policy.support import agreement, ask, atom, rule


def test_volume_counts_what_was_sent_with_what_is_asked_for() -> None:
    document = agreement(rule(atom("dk:volume", "lteq", "1", unit="kB")))
    assert ask(document, {"volume:permission/0": 400}, context={"bytes": 600}).verdict is Verdict.PERMIT
    assert ask(document, {"volume:permission/0": 400}, context={"bytes": 601}).verdict is Verdict.DENY
    assert ask(document, {"volume:permission/0": 400}).counters == (Counter("volume:permission/0", 0, 1000),)


@pytest.mark.parametrize(("operator", "exact"), [("lt", False), ("gteq", False), ("neq", True), ("isNoneOf", True)])
def test_a_volume_that_is_more_than_bounded_is_decided_again_as_it_grows(operator: str, exact: bool) -> None:
    right: object = ["1000"] if operator == "isNoneOf" else "1000"
    at = 1200 if operator == "gteq" else 400
    (counter,) = ask(agreement(rule(atom("dk:volume", operator, right))), {"volume:permission/0": at}).counters
    assert counter.exact is exact
