"""`odrl:elapsedTime`."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.policy.model.decision import Verdict
from connector.policy.model.situation import Phase, World
from tests.policy.support import agreement, ask, atom, rule


def permits(constraint: dict[str, object], world: World | dict[str, object] | None = None, **more: object) -> bool:
    return ask(agreement(rule(constraint)), world, **more).verdict is Verdict.PERMIT  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("operator", "verdicts"),
    [
        ("lt", (True, False, False)),
        ("lteq", (True, True, False)),
        ("gt", (False, False, True)),
        ("gteq", (False, True, True)),
    ],
)
def test_elapsed_time_counts_from_the_agreement_and_months_by_the_calendar(
    operator: str, verdicts: tuple[bool, ...]
) -> None:
    constraint = atom("odrl:elapsedTime", operator, {"@value": "P1M", "@type": "xsd:duration"})
    world = World(agreed_at=datetime(2026, 1, 31, 12, tzinfo=UTC))
    end = datetime(2026, 2, 28, 12, tzinfo=UTC)
    microsecond = timedelta(microseconds=1)
    assert tuple(permits(constraint, world, at=end + step * microsecond) for step in (-1, 0, 1)) == verdicts
    assert ask(agreement(rule(constraint)), world, at=end - timedelta(days=1)).valid_until in {end, end + microsecond}
    assert not permits(constraint, World())
    assert ask(agreement(rule(constraint)), phase=Phase.NEGOTIATION).verdict is Verdict.DEFERRED
