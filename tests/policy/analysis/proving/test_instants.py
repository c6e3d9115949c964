"""Examples happen at instants that fit dates, days of the week and clocks together."""

from connector.policy.analysis.proving.draft import ExampleDraft
from connector.policy.analysis.proving.instants import find_instant, find_wait
from connector.policy.analysis.space.amounts import to_microseconds
from connector.policy.analysis.space.cells import StepBudget
from connector.policy.analysis.space.regions import Intervals, NameSet
from connector.policy.comparing.local_time import DAY
from tests.policy.support import NOON, shipped


def draft() -> ExampleDraft:
    return ExampleDraft(shipped())


def test_without_demands_an_example_happens_on_a_monday_at_noon() -> None:
    found = find_instant(draft(), StepBudget())
    assert found is not None
    assert found.strftime("%A %H:%M") == "Monday 12:00"


def test_date_day_and_clock_are_met_together() -> None:
    wanted = draft()
    start = to_microseconds(NOON)
    wanted.at = Intervals(False, ((start, 0), (start + 14 * DAY, 0)))
    wanted.days = NameSet(frozenset({"Saturday"}))
    wanted.clocks[120] = Intervals(False, ((DAY // 4, 0), (DAY // 4 + 1, 0)))
    found = find_instant(wanted, StepBudget())
    assert found is not None
    assert found.strftime("%A %H:%M") == "Saturday 04:00"
    assert wanted.at.holds(to_microseconds(found))


def test_no_instant_is_named_where_the_demands_contradict_each_other() -> None:
    wanted = draft()
    start = to_microseconds(NOON)
    wanted.at = Intervals(False, ((start, 0), (start + 1, 0)))
    wanted.days = NameSet(frozenset({"Saturday"}))
    assert find_instant(wanted, StepBudget()) is None


def test_a_wait_is_well_inside_an_open_span_and_just_before_the_end_of_a_closed_one() -> None:
    opened = find_wait(Intervals(False, ((5 * DAY, 0),)))
    assert opened is not None
    assert opened > 5 * DAY
    assert find_wait(Intervals(True, ((5 * DAY, 0),))) == 5 * DAY - 1
    assert find_wait(Intervals()) is None
