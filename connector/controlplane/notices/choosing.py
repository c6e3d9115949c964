"""Who is told of what, and when. Pure: the time and the zone are arguments."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo

from connector.controlplane.notices.deriving import GUARDED
from connector.ports.entities import DataClass, NoticeReader, User, UserNotice, UserRole
from connector.views.conversion import in_zone, moment
from connector.views.users import NoticePace, UserNoticeKind

COLLECT_MS, HOUR_MS, MINUTE_MS = 300_000, 3_600_000, 60_000
MORNING = time(7)
_ROLES: Mapping[UserNoticeKind, frozenset[UserRole]] = {
    UserNoticeKind.REQUEST: frozenset({UserRole.PROVIDER, UserRole.RELEASE}),
    UserNoticeKind.COUNTER_OFFER: frozenset({UserRole.CONSUMER, UserRole.RELEASE}),
    UserNoticeKind.RELEASE: frozenset({UserRole.RELEASE}),
    UserNoticeKind.DELIVERY: frozenset({UserRole.CONSUMER}),
    UserNoticeKind.ENDING: frozenset({UserRole.PROVIDER, UserRole.RELEASE, UserRole.CONSUMER}),
    UserNoticeKind.CERTIFICATE: frozenset({UserRole.OPERATOR}),
    UserNoticeKind.SEARCH: frozenset({UserRole.CONSUMER}),
}
"""The roles that each kind concerns: those who may answer, or act next."""


def choose_notices(
    user: User, notices: Sequence[UserNotice], classes: Mapping[str, DataClass], told: int
) -> list[UserNotice]:
    """Return the notices after the number `told` that a user is to be told of.

    `classes` are those of own data; a request for guarded data is answered by the role `release` alone.
    """
    return [
        notice
        for notice in notices
        if notice.number > told
        and notice.at >= user.created_at
        and notice.kind not in user.muted
        and not _find_roles(notice, classes).isdisjoint(user.roles)
    ]


def list_kinds(roles: Collection[UserRole]) -> list[UserNoticeKind]:
    """Return the kinds of notices that concern somebody with these roles."""
    return [kind for kind in UserNoticeKind if not _ROLES[kind].isdisjoint(roles)]


def is_wanted(user: User, kind: UserNoticeKind) -> bool:
    """Return whether a user wants to be told of a kind of notice, and can be told."""
    reached = user.disabled_at is None and user.pace is not NoticePace.NEVER and bool(user.email or user.webhook)
    return reached and kind not in user.muted and kind in list_kinds(user.roles)


def find_due(user: User, reader: NoticeReader, oldest: UserNotice, zone: tzinfo) -> int:
    """Return when a user is told of what waits since `oldest`, in ms; not before the pause after a failure ends."""
    if user.pace is NoticePace.AT_ONCE:
        due = max(oldest.at, reader.sent_at + MINUTE_MS)
    elif user.pace is NoticePace.HOURLY:
        due = max(oldest.at + COLLECT_MS, reader.sent_at + HOUR_MS)
    else:
        due = _find_morning(max(oldest.at, reader.sent_at), zone)
    return max(due, reader.retry_at)


def _find_roles(notice: UserNotice, classes: Mapping[str, DataClass]) -> frozenset[UserRole]:
    if notice.kind is UserNoticeKind.REQUEST and classes.get(notice.dataset) in GUARDED:
        return frozenset({UserRole.RELEASE})
    if notice.kind is UserNoticeKind.ENDING:
        return _ROLES[UserNoticeKind.REQUEST if notice.dataset in classes else UserNoticeKind.DELIVERY]
    return _ROLES[notice.kind]


def _find_morning(after: int, zone: tzinfo) -> int:
    """Return the next seven o'clock in the morning after an instant."""
    local = in_zone(moment(after), zone)
    morning = datetime.combine(local.date(), MORNING, zone)
    if morning <= local:
        morning = datetime.combine(local.date() + timedelta(days=1), MORNING, zone)
    return int(morning.timestamp() * 1000)
