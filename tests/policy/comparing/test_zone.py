"""Days, days of the week and times of the day are those of the provider's zone, also when its clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from connector.controlplane.judging.library import operands
from connector.controlplane.judging.policy_input import write_wire
from connector.language.catalogue import Language
from connector.policy.analysis.contains import contains
from connector.policy.analysis.findings import Containment
from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide
from connector.policy.model.decision import Verdict
from connector.policy.model.errors import PolicyError
from connector.policy.model.situation import Phase, Request, World
from connector.policy.reading.load import load
from connector.policy.words.sentence import sentence
from tests.policy.support import MOBILITY, TARGET, agreement, atom, rule

BERLIN = ZoneInfo("Europe/Berlin")
REGISTRY = operands(BERLIN)
HOUR = timedelta(hours=1)


def clock(operator: str, text: str) -> dict[str, object]:
    return atom("dk:timeOfDay", operator, {"@value": text, "@type": "xsd:time"})


def day(operator: str, text: str) -> dict[str, object]:
    return atom("odrl:dateTime", operator, {"@value": text, "@type": "xsd:date"})


def wall(operator: str, text: str, *, typed: bool = True) -> dict[str, object]:
    return atom("odrl:dateTime", operator, {"@value": text, "@type": "xsd:dateTime"} if typed else text)


def build(*constraints: object) -> Compiled:
    return compile_policy(load(agreement(rule(*constraints))), REGISTRY, conflict="prohibit")


def permits(policy: Compiled, at: datetime) -> bool:
    world = World(zone=REGISTRY.zone)
    decision = decide(policy, Request("odrl:use", TARGET, MOBILITY, at), world, Phase.ACCESS)
    if decision.valid_until is not None:
        # Until the end of its validity the verdict stays.
        before = decision.valid_until - timedelta(microseconds=1)
        again = decide(policy, Request("odrl:use", TARGET, MOBILITY, before), world, Phase.ACCESS)
        assert again.verdict is decision.verdict
    return decision.verdict is Verdict.PERMIT


OFFICE = (clock("gteq", "08:00"), clock("lt", "18:00"))


@pytest.mark.parametrize(
    ("utc", "open_then"),
    [
        ("2026-01-15T06:59:59", False),
        ("2026-01-15T07:00:00", True),
        ("2026-01-15T16:59:59", True),
        ("2026-01-15T17:00:00", False),
        ("2026-07-15T05:59:59", False),
        ("2026-07-15T06:00:00", True),
        ("2026-07-15T15:59:59", True),
        ("2026-07-15T16:00:00", False),
        # The days on which the clocks go forward and back.
        ("2026-03-29T06:00:00", True),
        ("2026-03-29T05:59:59", False),
        ("2026-10-25T06:59:59", False),
        ("2026-10-25T07:00:00", True),
    ],
)
def test_office_hours_follow_the_clock_of_the_provider(utc: str, open_then: bool) -> None:
    assert permits(build(*OFFICE), datetime.fromisoformat(utc).replace(tzinfo=UTC)) is open_then


def test_a_time_that_the_clocks_leave_out_or_repeat_counts_as_the_wall_shows_it() -> None:
    gap, fold = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    after_two = build(clock("gteq", "02:00"), clock("lt", "03:00"))
    # In spring the wall jumps from 02:00 to 03:00; in autumn it shows 02:30 twice.
    assert not any(permits(after_two, gap + minutes * timedelta(minutes=1)) for minutes in range(120))
    assert permits(after_two, fold)
    assert permits(after_two, fold + HOUR)
    assert not permits(after_two, fold + 2 * HOUR)


@pytest.mark.parametrize(
    ("utc", "works"),
    [
        ("2026-05-01T21:59:59", True),
        ("2026-05-01T22:00:00", False),
        ("2026-05-03T21:59:59", False),
        ("2026-05-03T22:00:00", True),
        ("2026-12-04T22:59:59", True),
        ("2026-12-04T23:00:00", False),
    ],
)
def test_the_week_begins_at_midnight_of_the_provider(utc: str, works: bool) -> None:
    weekdays = build(atom("dk:dayOfWeek", "isNoneOf", ["Saturday", "Sunday"]))
    assert permits(weekdays, datetime.fromisoformat(utc).replace(tzinfo=UTC)) is works


@pytest.mark.parametrize(
    ("constraint", "last"),
    [
        (day("lteq", "2026-05-01"), "2026-05-01T22:00:00"),
        (day("lt", "2026-05-01"), "2026-04-30T22:00:00"),
        (day("lteq", "2026-12-31"), "2026-12-31T23:00:00"),
        (day("lteq", "2026-05-01Z"), "2026-05-02T00:00:00"),
        (day("lteq", "2026-05-01-05:00"), "2026-05-02T05:00:00"),
        # These days have 23 and 25 hours.
        (day("lteq", "2026-03-29"), "2026-03-29T22:00:00"),
        (day("lteq", "2026-10-25"), "2026-10-25T23:00:00"),
    ],
)
def test_a_day_without_a_zone_is_the_day_of_the_provider(constraint: dict[str, object], last: str) -> None:
    end = datetime.fromisoformat(last).replace(tzinfo=UTC)
    policy = build(constraint)
    assert permits(policy, end - timedelta(microseconds=1))
    assert not permits(policy, end)


@pytest.mark.parametrize(
    ("language", "hours", "until", "days"),
    [
        ("en", "from 08:00 (Europe/Berlin)", "until 1 May 2026 (Europe/Berlin)", "Saturday nor Sunday (Europe/Berlin)"),
        ("de", "ab 08:00 Uhr (Europe/Berlin)", "bis zum 1. Mai 2026 (Europe/Berlin)", "Sonntag (Europe/Berlin)"),
    ],
)
def test_the_text_names_the_zone(language: Language, hours: str, until: str, days: str) -> None:
    assert hours in sentence(build(*OFFICE), language)
    assert until in sentence(build(day("lteq", "2026-05-01")), language)
    assert days in sentence(build(atom("dk:dayOfWeek", "isNoneOf", ["Saturday", "Sunday"])), language)


def test_policies_are_compared_by_the_days_of_the_same_zone() -> None:
    local, stated = build(day("lteq", "2026-05-01")), build(day("lteq", "2026-05-01Z"))
    assert contains(stated, local).verdict is Containment.CONTAINED
    assert contains(local, stated).verdict is Containment.NOT_CONTAINED
    utc = replace(REGISTRY, zone=UTC)
    assert compile_policy(load(agreement(rule(day("lteq", "2026-05-01")))), utc).edges != local.edges


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-12-31T12:00:00", "2026-12-31T11:00:00"),
        ("2026-07-31T12:00", "2026-07-31T10:00:00"),
        ("2026-07-31T24:00:00", "2026-07-31T22:00:00"),
        ("2026-12-31T12:00:00Z", "2026-12-31T12:00:00"),
        ("2026-12-31T12:00:00-05:00", "2026-12-31T17:00:00"),
        # The clock leaves out 02:30 in spring, and shows it twice in autumn: the first time.
        ("2026-03-29T01:59:59", "2026-03-29T00:59:59"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00"),
        ("2026-03-29T03:00:00", "2026-03-29T01:00:00"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00"),
        ("2026-10-25T03:00:00", "2026-10-25T02:00:00"),
    ],
)
def test_a_time_without_a_zone_is_that_of_the_provider(text: str, utc: str, typed: bool) -> None:
    at = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    until, since = build(wall("lteq", text, typed=typed)), build(wall("gteq", text, typed=typed))
    assert permits(until, at)
    assert not permits(until, at + timedelta(microseconds=1))
    assert permits(since, at)
    assert not permits(since, at - timedelta(microseconds=1))


def test_a_time_and_a_day_that_state_no_zone_are_compared_in_one() -> None:
    whole, midnight = build(day("lteq", "2026-05-01")), build(wall("lt", "2026-05-02T00:00:00"))
    assert contains(whole, midnight).verdict is contains(midnight, whole).verdict is Containment.CONTAINED
    longer = build(wall("lt", "2026-05-02T00:00:00Z"))
    assert contains(longer, midnight).verdict is Containment.CONTAINED
    assert contains(midnight, longer).verdict is Containment.NOT_CONTAINED


def test_a_time_without_a_zone_travels_with_its_instant() -> None:
    written = write_wire(agreement(rule(wall("lteq", "2026-10-25T02:30:00")), **{"@type": "Offer"}), REGISTRY)
    (constraint,) = written["permission"][0]["constraint"]
    assert constraint["rightOperand"] == {"@value": "2026-10-25T00:30:00Z", "@type": "xsd:dateTime"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-12-31T12:00:00", "31 December 2026, 12:00 (Europe/Berlin)"),
        ("2026-12-31T12:00:05Z", "31 December 2026, 13:00:05 (Europe/Berlin)"),
        # What the clock shows twice is said in UTC.
        ("2026-10-25T02:30:00", "25 October 2026, 00:30 (UTC)"),
        ("2026-10-25T01:30:00Z", "25 October 2026, 01:30 (UTC)"),
    ],
)
def test_a_time_is_said_as_the_clock_of_the_provider_shows_it(text: str, said: str) -> None:
    assert said in sentence(build(wall("lteq", text)), "en")


@pytest.mark.parametrize("text", ["0001-12-31T00:00:00", "0002-01-01T00:00:00", "9999-12-31T24:00:00"])
def test_a_time_beyond_the_years_that_are_counted_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        build(wall("lteq", text))
