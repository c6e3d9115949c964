"""Entities become views by their members."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ports.entities import Hold
from connector.views.conversion import find_moment, in_zone, moment, to_ms, to_view
from connector.views.holds import HoldView


class Colour(StrEnum):
    RED = "red"


class Inner(msgspec.Struct):
    at: int


class InnerView(msgspec.Struct):
    at: datetime


class Entity(msgspec.Struct):
    colour: str
    inner: Inner | None
    many: list[Inner]
    document: bytes
    at: int | None


class View(msgspec.Struct):
    colour: Colour | None
    inner: InnerView | None
    many: tuple[InnerView, ...]
    document: dict[str, Any]
    at: Annotated[datetime | None, msgspec.Meta(description="A time.")]
    name: str = "none"


AT = datetime(2026, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)
MS = 1_777_896_000_250


def test_every_member_takes_the_form_that_the_view_wants() -> None:
    entity = Entity(colour="red", inner=Inner(MS), many=[Inner(0), Inner(MS)], document=b'{"a": [1]}', at=MS)
    assert to_view(View, entity) == View(
        colour=Colour.RED,
        inner=InnerView(AT),
        many=(InnerView(datetime(1970, 1, 1, tzinfo=UTC)), InnerView(AT)),
        document={"a": [1]},
        at=AT,
    )


def test_what_differs_is_given_by_name_and_none_stays_none() -> None:
    view = to_view(View, Entity(colour="red", inner=None, many=[], document=b"{}", at=None), name="mine", document={})
    assert (view.inner, view.at, view.name, view.many) == (None, None, "mine", ())


def test_a_member_that_nothing_gives_is_an_error() -> None:
    with pytest.raises(AttributeError):
        to_view(View, Inner(0))


def test_a_hold_is_shown_without_its_owner() -> None:
    hold = Hold(owner="o", process_id="p", process_kind="transfer", reason="r", who="consumer", created_at=MS)
    assert to_view(HoldView, hold) == HoldView(
        process_id="p", process_kind="transfer", reason="r", who="consumer", created_at=AT
    )


def test_times_go_there_and_back() -> None:
    assert to_ms(moment(MS)) == MS
    assert to_ms(AT.replace(tzinfo=None)) == MS
    assert to_ms(None) is None


@pytest.mark.parametrize("hours", [-14, 0, 14])
@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar_are_kept_and_shown_in_every_zone(year: int, hours: int) -> None:
    end = datetime.max if year == 9999 else datetime.min  # noqa: DTZ901 - the zone follows
    kept = moment(to_ms(end.replace(tzinfo=timezone(timedelta(hours=hours)))) or 0)
    assert abs(kept - end.replace(tzinfo=UTC)) <= timedelta(hours=15)
    for shown in (UTC, timezone(timedelta(hours=-14)), timezone(timedelta(hours=14))):
        assert in_zone(kept, shown).year in {1, 9999}


@given(st.integers(-(2**63), 2**64))
def test_every_number_of_milliseconds_is_a_time_or_no_time(ms: int) -> None:
    there = to_ms(moment(ms))
    assert there is not None
    found = find_moment(ms)
    if found is None:
        assert abs(there) < abs(ms)
        assert moment(ms).year in {1, 9999}
    else:
        assert (there, found) == (ms, moment(ms))
