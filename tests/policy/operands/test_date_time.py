"""`odrl:dateTime`."""

from datetime import UTC, datetime, timedelta

from connector.policy.model.decision import Verdict
from connector.policy.model.situation import World
from tests.policy.support import NOON, agreement, ask, atom, rule


def permits(constraint: dict[str, object], world: World | dict[str, object] | None = None, **more: object) -> bool:
    return ask(agreement(rule(constraint)), world, **more).verdict is Verdict.PERMIT  # type: ignore[arg-type]  # by name


def test_dates_and_instants_bound_the_use() -> None:
    until = atom("odrl:dateTime", "lteq", {"@value": "2026-05-04", "@type": "xsd:date"})
    assert permits(until, at=NOON)
    assert not permits(until, at=NOON + timedelta(hours=12))
    assert ask(agreement(rule(until))).valid_until == datetime(2026, 5, 5, tzinfo=UTC)
