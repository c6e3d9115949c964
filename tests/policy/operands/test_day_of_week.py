"""`dk:dayOfWeek`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connector.policy.model.decision import Verdict
from connector.policy.model.situation import World
from tests.policy.support import NOON, agreement, ask, atom, rule

BERLIN = ZoneInfo("Europe/Berlin")


def permits(constraint: dict[str, object], world: World | dict[str, object] | None = None, **more: object) -> bool:
    return ask(agreement(rule(constraint)), world, **more).verdict is Verdict.PERMIT  # type: ignore[arg-type]  # by name


def test_the_day_of_the_week_is_the_local_one() -> None:
    weekdays = atom("dk:dayOfWeek", "isAnyOf", ["monday", "Tuesday"])
    late_sunday = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)
    assert permits(weekdays, at=NOON)
    assert not permits(weekdays, at=late_sunday)
    assert permits(weekdays, World(zone=BERLIN), at=late_sunday)
    assert ask(agreement(rule(weekdays)), World(zone=BERLIN)).valid_until == datetime(2026, 5, 4, 22, tzinfo=UTC)
