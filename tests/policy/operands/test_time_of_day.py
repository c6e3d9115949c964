"""`dk:timeOfDay`."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.policy.model.decision import Verdict
from connector.policy.model.situation import World
from tests.policy.support import agreement, ask, atom, rule

BERLIN = ZoneInfo("Europe/Berlin")


def permits(constraint: dict[str, object], world: World | dict[str, object] | None = None, **more: object) -> bool:
    return ask(agreement(rule(constraint)), world, **more).verdict is Verdict.PERMIT  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("operator", "verdicts"),
    [
        ("lt", (True, False, False)),
        ("lteq", (True, True, False)),
        ("eq", (False, True, False)),
        ("neq", (True, False, True)),
        ("gteq", (False, True, True)),
        ("gt", (False, False, True)),
    ],
)
def test_the_time_of_day_is_the_local_one_unless_the_policy_states_a_zone(
    operator: str, verdicts: tuple[bool, ...]
) -> None:
    local = [datetime(2026, 5, 4, *clock, tzinfo=UTC) for clock in ((7, 59), (8, 0), (8, 0, 1))]
    plain = atom("dk:timeOfDay", operator, "08:00")
    zoned = atom("dk:timeOfDay", operator, {"@value": "10:00:00+02:00", "@type": "xsd:time"})
    assert tuple(permits(plain, at=moment) for moment in local) == verdicts
    assert tuple(permits(zoned, World(zone=BERLIN), at=moment) for moment in local) == verdicts


def test_a_decision_on_the_time_of_day_holds_until_the_clock_passes_the_mark_also_when_clocks_change() -> None:
    opening = agreement(rule(atom("dk:timeOfDay", "gteq", "02:30")))
    for start, end in (("2026-03-28T20:00", "2026-03-29T12:00"), ("2026-10-24T20:00", "2026-10-25T12:00")):
        at, stop = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (start, end))
        verdict = ask(opening, World(zone=BERLIN), at=at)
        while at < stop:
            at += timedelta(minutes=1)
            now = ask(opening, World(zone=BERLIN), at=at)
            assert verdict.valid_until is not None
            if at >= verdict.valid_until:
                verdict = now
            assert now.verdict is verdict.verdict, at
