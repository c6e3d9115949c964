"""Who is told of what, and when."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.controlplane.notices.choosing import (
    COLLECT_MS,
    HOUR_MS,
    MINUTE_MS,
    choose_notices,
    find_due,
    is_wanted,
    list_kinds,
)
from connector.ports.entities import DataClass, NoticeReader, UserRole
from connector.views.users import NoticePace, UserNoticeKind
from tests.controlplane.notices.made import make_notice, make_user
from tests.support.plane import NOW, OWNER

BERLIN = ZoneInfo("Europe/Berlin")
READER = NoticeReader(owner=OWNER, user="a.kaya", channel="mail")


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (UserRole.RELEASE, {"request", "counter-offer", "release"}),
        (UserRole.PROVIDER, {"request"}),
        (UserRole.CONSUMER, {"counter-offer", "delivery", "ending", "search"}),
        (UserRole.AUDITOR, set()),
        (UserRole.PRIVACY, set()),
        (UserRole.OPERATOR, {"certificate"}),
    ],
)
def test_each_role_is_told_of_what_it_acts_on(role: UserRole, kinds: set[str]) -> None:
    notices = [make_notice(number, kind) for number, kind in enumerate(UserNoticeKind, 1)]
    assert {notice.kind for notice in choose_notices(make_user("a", role), notices, {}, 0)} == kinds


def test_the_end_of_an_agreement_concerns_the_side_that_it_is_on() -> None:
    ending, own = [make_notice(1, UserNoticeKind.ENDING)], {"urn:d:1": DataClass.OPEN}
    told = {role for role in UserRole if choose_notices(make_user("a", role), ending, own, 0)}
    assert told == {UserRole.PROVIDER, UserRole.RELEASE}
    assert {role for role in UserRole if choose_notices(make_user("a", role), ending, {}, 0)} == {UserRole.CONSUMER}
    assert all(UserNoticeKind.ENDING in list_kinds([role]) for role in (*told, UserRole.CONSUMER))


def test_nobody_wants_what_cannot_be_told() -> None:
    reader = make_user("a", UserRole.CONSUMER)
    assert is_wanted(reader, UserNoticeKind.SEARCH)
    assert not is_wanted(reader, UserNoticeKind.CERTIFICATE)
    for changed in ({"disabled_at": 1}, {"pace": NoticePace.NEVER}, {"email": ""}, {"muted": (UserNoticeKind.SEARCH,)}):
        assert not is_wanted(replace(reader, **changed), UserNoticeKind.SEARCH)


def test_a_request_for_guarded_data_is_told_to_who_may_answer_it() -> None:
    classes = {"urn:d:1": DataClass.PERSONAL}
    assert not choose_notices(make_user("a", UserRole.PROVIDER), [make_notice()], classes, 0)
    assert choose_notices(make_user("a", UserRole.RELEASE), [make_notice()], classes, 0)


def test_nobody_is_told_twice_or_of_what_is_muted_or_was_before_the_account() -> None:
    user, notices = make_user(), [make_notice(1), make_notice(2)]
    assert choose_notices(user, notices, {}, 1) == notices[1:]
    assert not choose_notices(make_user(muted=(UserNoticeKind.REQUEST,)), notices, {}, 0)
    assert not choose_notices(make_user("late"), [make_notice(at=0)], {}, 0)


def test_at_once_is_a_minute_apart_and_hourly_an_hour() -> None:
    at_once, hourly = make_user(pace=NoticePace.AT_ONCE), make_user()
    sent = NoticeReader(owner=OWNER, user="a", channel="mail", sent_at=NOW - 1)
    assert find_due(at_once, READER, make_notice(), BERLIN) == NOW
    assert find_due(at_once, sent, make_notice(), BERLIN) == NOW - 1 + MINUTE_MS
    assert find_due(hourly, READER, make_notice(), BERLIN) == NOW + COLLECT_MS
    assert find_due(hourly, sent, make_notice(), BERLIN) == NOW - 1 + HOUR_MS


@given(st.integers(NOW - 86_400_000 * 400, NOW + 86_400_000 * 400))
def test_daily_is_the_next_morning_at_seven_also_when_clocks_change(at: int) -> None:
    due = find_due(make_user(pace=NoticePace.DAILY), READER, make_notice(at=at), BERLIN)
    assert 0 < due - at <= 25 * HOUR_MS
    local = datetime.fromtimestamp(due / 1000, UTC).astimezone(BERLIN)
    assert (local.hour, local.minute) == (7, 0)


@given(st.sampled_from([pace for pace in NoticePace if pace is not NoticePace.NEVER]), st.integers(0, 10**13))
def test_a_pause_after_a_failure_is_kept(pace: NoticePace, until: int) -> None:
    failed = NoticeReader(owner=OWNER, user="a", channel="mail", retry_at=until)
    assert find_due(make_user(pace=pace), failed, make_notice(), BERLIN) >= until
