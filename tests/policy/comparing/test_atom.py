"""A test on time alone flips at each edge."""

from datetime import timedelta

import pytest

from connector.policy.comparing.atom import make_timely
from connector.policy.comparing.moments import Moments
from connector.policy.model.situation import Request, World
from tests.policy.support import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("edges", [(), (NOON,), (NOON, NOON + HOUR), (NOON, NOON + HOUR, NOON + 2 * HOUR)])
def test_the_verdict_is_that_of_the_set_before_at_and_after_each_edge(first: bool, edges: tuple[object, ...]) -> None:
    moments = Moments(first, edges)  # type: ignore[arg-type]  # tuples of different lengths
    test = make_timely(moments)
    for minutes in (-1, 0, 1, 59, 60, 61, 119, 120, 121):
        at = NOON + timedelta(minutes=minutes)
        assert test(Request("use", "urn:a", "urn:b", at), World()) is moments.holds(at)
