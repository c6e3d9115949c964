"""What begins a use of a flow, and what continues one that has begun."""

from contextlib import ExitStack
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.control.uses import RESTS_MS, Attempt, Uses
from connector.ports.entities import EARLIER, UsePart
from connector.ports.flow import Members, MemberState

FLOW = ("city", "urn:t:1")
MIB = 1024 * 1024


def reading(
    offset: int = 0,
    *,
    part: str = "",
    version: str = '"1"',
    size: int | None = 10 * MIB,
    sha256: str | None = None,
) -> Attempt:
    return Attempt(part, offset, version, size, sha256)


def begin(uses: Uses, attempt: Attempt, sent: int = 0) -> bool:
    """Begin an access and let the peer receive bytes; return whether it was a new use."""
    new = uses.is_new(attempt)
    uses.begin(uses.draft(FLOW, attempt, new=new), new=new)
    uses.add_sent(attempt.part, sent)
    return new


def test_an_access_after_a_break_continues_the_use_from_any_byte() -> None:
    uses = Uses()
    assert begin(uses, reading(), 5 * MIB)
    assert not begin(uses, reading(5 * MIB), 100)
    assert not begin(uses, reading(), 100), "a connection that broke before anything was stored cost a use"
    assert uses.is_open()


def test_a_delivered_use_is_continued_for_its_end_and_not_from_its_beginning() -> None:
    uses = Uses()
    begin(uses, reading(), 10 * MIB)
    uses.finish("", now=5)
    assert not uses.is_open()
    assert not uses.is_new(reading(9 * MIB)), "what was lost after it was confirmed cannot be fetched"
    assert uses.is_new(reading())


@pytest.mark.parametrize("finished", [True, False])
def test_the_bytes_of_one_use_are_bounded(finished: bool) -> None:
    uses = Uses()
    begin(uses, reading(), 10 * MIB)
    if finished:
        uses.finish("", now=5)
    for reads in range(50):
        if begin(uses, reading(1), 10 * MIB - 1):
            assert reads <= (1 if finished else 4)
            return
    pytest.fail("the data was read again and again within one use")


@pytest.mark.parametrize("size", [10_000, 10 * MIB, 10_000 * MIB])
def test_a_small_file_survives_twenty_breaks_and_a_large_one_reads_at_most_about_twice(size: int) -> None:
    uses = Uses()
    reads = 0
    while not begin(uses, reading(size=size) if reads == 0 else reading(1, size=size), size) or not reads:
        reads += 1
    assert reads == {10_000: 23, 10 * MIB: 5, 10_000 * MIB: 3}[size]


@pytest.mark.parametrize("offset", [0, 1, 5 * MIB])
def test_other_data_is_a_new_use_from_any_byte(offset: int) -> None:
    uses = Uses()
    begin(uses, reading(), 5 * MIB)
    assert uses.is_new(reading(offset, version='"2"'))
    assert uses.is_new(reading(offset, size=11 * MIB))


def test_data_without_a_size_is_begun_again_a_few_times() -> None:
    uses = Uses()
    unsized = reading(version="", size=None)
    assert [begin(uses, unsized, 100) for _ in range(4)] == [True, False, False, True]


@given(st.lists(st.tuples(st.integers(0, MIB - 1), st.sampled_from(["broke", "asked", "last"])), max_size=12))
@pytest.mark.parametrize("size", [None, MIB])
def test_data_that_nothing_shows_to_be_the_same_is_read_at_most_three_times_for_a_use_and_once_to_its_end(
    size: int | None, accesses: list[tuple[int, str]]
) -> None:
    uses, starts, over = Uses(), 0, True
    for offset, end in accesses:
        attempt = reading(0 if size is None else offset, version="", size=size)
        new = begin(uses, attempt, 10)
        starts = 1 if new else starts + 1
        assert new or not over, "what was delivered, or begun too often, was read again without another use"
        assert starts <= 3
        if end != "broke":
            uses.finish("", now=5, last=end == "last")
        over = end == "last" or starts == 3


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (('"1"', None), ('"1"', None), True),
        (('"1"', None), ('"1"', "aa"), True),
        (("", "aa"), ("", "aa"), True),
        (('"1"', "aa"), ('"2"', "aa"), True),
        (('"1"', "aa"), ('"1"', "bb"), False),
        (("", "aa"), ("", "bb"), False),
        (('"1"', None), ("", None), False),
        (("", None), ('"1"', None), False),
    ],
)
def test_the_digest_shows_which_data_it_is_and_without_it_the_entity_tag(
    before: tuple[str, str | None], now: tuple[str, str | None], same: bool, offset: int
) -> None:
    uses = Uses()
    begin(uses, reading(version=before[0], sha256=before[1]), 5)
    for _ in range(5):
        assert begin(uses, reading(offset, version=now[0], sha256=now[1]), 5) is not same
        if not same:
            return


def test_a_range_that_was_delivered_as_asked_is_no_break() -> None:
    uses = Uses()
    begin(uses, reading(), 5)
    uses.finish("", now=5, last=False)
    assert uses.is_new(reading()), "the beginning was read twice for one use"
    assert not uses.is_new(reading(5)), "a peer that reads range by range uses the data once"
    assert not uses.is_open()


def test_the_members_of_a_folder_are_one_use_until_one_is_read_again() -> None:
    uses = Uses()
    for part in ("a", "b"):
        assert begin(uses, reading(part=part), 10 * MIB) is (part == "a")
        uses.finish(part, now=5)
    assert uses.is_new(reading(part="a"))
    assert uses.is_new(reading(1, part="b", version='"2"')), "a member that was replaced was read for nothing"


class _Stream:
    """A stream whose peer confirms `pace` bytes with each look at it, with `left` bytes still to come."""

    def __init__(self, pace: int, left: int = 0) -> None:
        self.pace, self.left, self.confirmed, self.aborted = pace, left, 0, False

    def count_left(self) -> int:
        return self.left

    def count_confirmed(self) -> int:
        self.confirmed += self.pace
        return self.confirmed

    def abort(self) -> None:
        self.aborted = True


@pytest.mark.parametrize("pace", [0, 1])
async def test_an_access_takes_the_place_of_a_stream_whose_peer_has_gone_silent(pace: int) -> None:
    uses, stream = Uses(), _Stream(pace)
    begin(uses, reading(), 5)
    assert not await uses.take_over(reading(), 0), "there is no stream to take the place of"
    with uses.streaming("", stream):
        assert uses.is_new(reading())
        assert not uses.is_new(reading(5)), "ranges that are read at the same time are one use"
        assert not await uses.take_over(reading(version='"2"'), 0)
        assert await uses.take_over(reading(), 0) is stream.aborted is (pace == 0)


@pytest.mark.parametrize("finished", [True, False])
async def test_ranges_at_the_same_time_see_what_the_others_have_begun(finished: bool) -> None:
    uses = Uses()
    begin(uses, reading(), 10 * MIB)
    if finished:
        uses.finish("", now=5)
    ranges = 0
    with ExitStack() as streams:
        while not begin(uses, reading(1)):
            streams.enter_context(uses.streaming("", _Stream(0, 10 * MIB - 1)))
            ranges += 1
            assert ranges < 9, "the data was read again and again within one use"
    assert ranges == (1 if finished else 4)


async def test_an_access_takes_the_place_of_silent_streams_that_keep_it_from_continuing() -> None:
    uses, silent = Uses(), [_Stream(0, 10 * MIB) for _ in range(5)]
    begin(uses, reading(), 5)
    assert not uses.is_crowded(reading(5))
    with ExitStack() as streams:
        for stream in silent:
            streams.enter_context(uses.streaming("", stream))
        assert uses.is_new(reading(5))
        assert uses.is_crowded(reading(5))
        assert not uses.is_crowded(reading()), "an access from the first byte beside another is a use"
        assert await uses.take_over(reading(5), 0)
        assert all(stream.aborted for stream in silent)


def test_a_delivered_use_rests_for_an_hour_unless_more_is_asked_for_in_vain() -> None:
    uses = Uses()
    begin(uses, reading(), 10 * MIB)
    uses.finish("", now=1000)
    assert uses.is_resting(1000 + RESTS_MS - 1)
    assert not uses.is_resting(1000 + RESTS_MS)
    uses.refuse()
    assert not uses.is_resting(1001)
    begin(uses, reading(9 * MIB))
    assert Uses().is_resting(0) is False


def test_a_stored_use_is_continued_after_a_restart() -> None:
    stored = UsePart(owner="city", flow_id="urn:t:1", part="", version='"1"', size=10 * MIB, sent=5, starts=1)
    uses = Uses([stored])
    assert uses.is_open()
    assert not uses.is_new(reading())
    assert not uses.is_new(reading(5))


def list_from(there: dict[str, MemberState]) -> Members:
    async def list_members() -> dict[str, MemberState]:
        return dict(there)

    return list_members


def member_of(there: dict[str, MemberState], path: str, state: str = "1", sha256: str | None = None) -> Attempt:
    return Attempt(path, 0, f'"{state}"', 5, sha256, list_from(there), state)


async def test_a_member_that_came_later_is_another_use_also_after_a_restart() -> None:
    there = {"a": MemberState("1"), "b": MemberState("1")}
    uses = Uses()
    folder = await uses.draft_folder(FLOW, member_of(there, "a"), new=True)
    part = uses.draft(FLOW, member_of(there, "a"), new=True)
    assert folder
    uses.begin(part, new=True, folder=folder)
    for known in (uses, Uses([part, folder])):
        assert known.is_open(), "a folder of which a member is unfinished cannot be completed"
        assert not known.is_new(member_of(there, "b"))
        assert known.is_new(member_of(there, "b", "2")), "a member that was changed came with the use of before"
        assert known.is_new(member_of(there, "c")), "a member that came later came with the use of before"
        assert await known.draft_folder(FLOW, member_of(there, "b"), new=False) is None
        known.finish("a", now=5)
        assert not known.is_open()


async def test_a_member_whose_digest_is_the_same_was_only_touched() -> None:
    there = {"a": MemberState("1", "aa"), "b": MemberState("1", "bb")}
    uses = Uses()
    folder = await uses.draft_folder(FLOW, member_of(there, "a"), new=True)
    uses.begin(uses.draft(FLOW, member_of(there, "a"), new=True), new=True, folder=folder)
    assert not uses.is_new(member_of(there, "b", "2", "bb"))
    assert uses.is_new(member_of(there, "b", "1", "cc")), "other data of the same size and date came with the use"


@pytest.mark.parametrize("offset", [0, 5])
def test_a_file_without_a_digest_is_the_same_as_long_as_its_size_and_date_are(offset: int) -> None:
    for state, same in (("5 2026", True), ("5 2027", False)):
        uses = Uses()
        begin(uses, replace(reading(), state="5 2026"), 5)
        assert uses.is_new(replace(reading(offset, version='"2"'), state=state)) is not same


async def test_a_use_of_an_earlier_release_goes_on_with_what_is_there_and_with_nothing_else_after_that() -> None:
    """Its entity tags have another form, and no folder was stored."""
    stored = UsePart(owner="city", flow_id="urn:t:1", part="a", version=EARLIER, size=5, sent=2, starts=7)
    there = {"a": MemberState("1"), "b": MemberState("1")}
    uses = Uses([stored])
    assert uses.is_open()
    for path in ("a", "b"):
        attempt = member_of(there, path)
        assert not uses.is_new(attempt), "a delivery that was under way is another use after an upgrade"
        folder = await uses.draft_folder(FLOW, attempt, new=False)
        uses.begin(uses.draft(FLOW, attempt, new=False), new=False, folder=folder)
    assert uses.is_new(member_of(there, "a", "2"))
    assert uses.is_new(member_of(there, "c"))
    assert not Uses([stored]).is_new(replace(member_of(there, "a"), offset=2))
    assert Uses([stored]).is_new(replace(member_of(there, "a"), size=6))


def test_a_use_that_a_clock_that_was_ahead_has_dated_does_not_rest_for_as_long_as_it_was_ahead() -> None:
    uses = Uses()
    begin(uses, reading(), 10 * MIB)
    uses.finish("", now=20 * 24 * RESTS_MS)
    assert not uses.is_resting(1000)
    uses.finish("", now=1100)
    assert uses.is_resting(1000), "a clock that was corrected by a moment ended a use that the peer still checks"
