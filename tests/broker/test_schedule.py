"""When a source is crawled, and how it is said to be doing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.broker import schedule
from connector.broker.schedule import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    REST,
    Agenda,
    Rhythm,
    make_source,
    note_failure,
    note_success,
    retire,
    update_source,
)
from connector.ports.broker_store import CrawlSource, Liveness
from tests.broker.world import member

NOW = 1_800_000_000_000
RHYTHM = Rhythm()


def new() -> CrawlSource:
    return make_source(member("a"), NOW, RHYTHM)


def fail(source: CrawlSource, now: int) -> CrawlSource:
    return note_failure(source, reason="No answer.", now=now, jitter=0, rhythm=RHYTHM)


def succeed(source: CrawlSource, *, changed: bool = False, now: int = NOW) -> CrawlSource:
    return note_success(source, changed=changed, now=now, jitter=0, rhythm=RHYTHM)


def test_a_new_source_is_due_at_once_and_then_every_ten_minutes() -> None:
    assert (new().liveness, new().next_at) == (Liveness.NEW, NOW)
    online = succeed(new(), changed=True)
    assert (online.liveness, online.next_at, online.verified_at) == (Liveness.ONLINE, NOW + 10 * MINUTE, NOW)


def test_change_halves_the_interval_down_to_a_minute_and_quiet_stretches_it_up_to_six_hours() -> None:
    busy = quiet = succeed(new())
    assert succeed(busy, changed=True).interval == 5 * MINUTE
    assert succeed(quiet).interval == 15 * MINUTE
    for _ in range(20):
        busy, quiet = succeed(busy, changed=True), succeed(quiet)
    assert (busy.interval, quiet.interval) == (MINUTE, 6 * HOUR)


def test_one_failure_makes_suspect_and_three_offline_and_a_success_forgets_them() -> None:
    first = fail(succeed(new()), NOW)
    second = fail(first, NOW + MINUTE)
    third = fail(second, NOW + 2 * MINUTE)
    assert [entry.liveness for entry in (first, second, third)] == [
        Liveness.SUSPECT,
        Liveness.SUSPECT,
        Liveness.OFFLINE,
    ]
    assert (third.failing_since, third.error) == (NOW, "No answer.")
    back = succeed(third)
    assert (back.liveness, back.failures, back.failing_since, back.error) == (Liveness.ONLINE, 0, None, None)


@pytest.mark.parametrize(
    ("failures", "failing_for", "expected"),
    [
        (2, 15 * MINUTE, Liveness.OFFLINE),
        (2, 15 * MINUTE - 1, Liveness.SUSPECT),
        (3, 5 * DAY, Liveness.DEAD),
        (3, 5 * DAY - 1, Liveness.OFFLINE),
        (2, 6 * DAY, Liveness.OFFLINE),
    ],
)
def test_time_makes_offline_and_dead(failures: int, failing_for: int, expected: Liveness) -> None:
    assert schedule.judge_liveness(failures, failing_for) is expected


def test_a_failing_source_is_left_alone_for_longer_and_longer_and_as_long_as_it_asks() -> None:
    source, pauses = new(), []
    for _ in range(60):
        source = fail(source, NOW)
        pauses.append(source.next_at - NOW)
    assert pauses[:3] == [30_000, 60_000, 120_000]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 6 * HOUR
    asked = note_failure(new(), reason="Busy.", now=NOW, jitter=0, rhythm=RHYTHM, retry_after=HOUR)
    assert asked.next_at == NOW + HOUR
    for_ever = note_failure(new(), reason="Busy.", now=NOW, jitter=0, rhythm=RHYTHM, retry_after=10**15)
    assert for_ever.next_at == NOW + 6 * HOUR


def test_who_left_is_never_due_and_begins_anew_when_it_returns() -> None:
    gone = retire(fail(new(), NOW))
    assert (gone.liveness, gone.next_at, gone.error) == (Liveness.DEAD, NEVER, schedule.RETIRED)
    assert update_source(gone, member("a"), NOW + DAY, RHYTHM) == make_source(member("a"), NOW + DAY, RHYTHM)


def test_who_moves_is_crawled_at_once_and_who_stays_is_not() -> None:
    online = succeed(new())
    assert update_source(online, member("a"), NOW, RHYTHM) is online
    moved = update_source(online, member("a", address="https://new.example/dsp"), NOW + 1, RHYTHM)
    assert (moved.address, moved.next_at, moved.digest) == ("https://new.example/dsp", NOW + 1, None)


def test_a_short_first_interval_shortens_the_others() -> None:
    assert schedule.make_rhythm(1000) == Rhythm(start=1000, shortest=1000, retry=1000, apart=1000)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["same", "changed", "failed"]), st.floats(-1, 1)), max_size=40))
def test_whatever_happens_the_next_date_is_ahead_and_within_bounds(steps: list[tuple[str, float]]) -> None:
    source, now = new(), NOW
    for what, jitter in steps:
        if what == "failed":
            source = note_failure(source, reason="No.", now=now, jitter=jitter, rhythm=RHYTHM)
            lowest = RHYTHM.retry
        else:
            source = note_success(source, changed=what == "changed", now=now, jitter=jitter, rhythm=RHYTHM)
            lowest = RHYTHM.shortest
        assert 0.8 * lowest - 1 <= source.next_at - now <= 1.2 * RHYTHM.longest + 1
        assert RHYTHM.shortest <= source.interval <= RHYTHM.longest
        assert (source.failures == 0) == (source.liveness is Liveness.ONLINE)
        now = source.next_at


SOURCES = "abcdef"
planned = st.lists(st.tuples(st.sampled_from(SOURCES), st.integers(0, 50)), max_size=300)


@given(planned, st.integers(0, 60))
def test_every_source_is_reached_once_at_its_earliest_date(dates: list[tuple[str, int]], now: int) -> None:
    agenda = Agenda()
    for source, date in dates:
        agenda.plan(source, date)
    earliest = {source: min(at for name, at in dates if name == source) for source, _ in dates}
    assert agenda.find_next() == min(earliest.values(), default=None)
    reached = list(agenda.pop_reached(now))
    assert sorted(reached) == sorted(source for source, date in earliest.items() if date <= now)
    assert [earliest[source] for source in reached] == sorted(earliest[source] for source in reached)
    assert agenda.find_next() == min((date for date in earliest.values() if date > now), default=None)


def test_dates_that_moved_do_not_pile_up() -> None:
    agenda = Agenda()
    for turn in range(10_000):
        agenda.plan("a", 10_000 - turn)
    assert len(agenda._later) < 100
    assert list(agenda.pop_reached(10_000)) == ["a"]


def test_a_source_that_is_dropped_is_not_reached() -> None:
    agenda = Agenda()
    agenda.plan("a", 1)
    agenda.drop("a")
    assert agenda.find_next() is None
    assert list(agenda.pop_reached(9)) == []


def test_who_sent_a_notice_comes_first_and_each_kind_has_its_own_places() -> None:
    agenda = Agenda()
    for source, date in (("late", 5), ("early", 1)):
        agenda.queue(source, "members", date, now=9)
    agenda.queue("portal", "portals", 0, now=9)
    agenda.note_notice("noticed", 9)
    agenda.queue("noticed", "members", 9, now=9)
    assert [agenda.pop_waiting("members") for _ in range(4)] == ["noticed", "early", "late", None]
    assert agenda.pop_waiting("portals") == "portal"


def test_a_notice_lets_a_waiting_source_come_first_once_it_has_rested() -> None:
    agenda = Agenda()
    agenda.note_end("slow", began=0, ended=100, apart=1)
    agenda.note_notice("slow", 101)
    for source in ("other", "slow"):
        agenda.queue(source, "members", 50, now=101)
    assert agenda.find_next() == 100 + REST * 100
    assert list(agenda.pop_reached(100 + REST * 100)) == ["slow"]
    agenda.queue("slow", "members", 60, now=100 + REST * 100)
    assert [agenda.pop_waiting("members") for _ in range(3)] == ["slow", "other", None]


def test_a_source_is_due_after_its_notice_and_not_before_it_has_rested() -> None:
    agenda = Agenda()
    assert agenda.find_date("a", 900) == 900
    agenda.note_notice("a", 100)
    assert agenda.find_date("a", 900) == 100
    agenda.note_end("a", began=100, ended=150, apart=2000)
    assert agenda.find_date("a", 900) == 2150
    agenda.note_notice("a", 160, at_once=True)
    assert agenda.find_date("a", 900) == 100
    agenda.note_begin("a")
    assert agenda.find_date("a", 900) == 900
