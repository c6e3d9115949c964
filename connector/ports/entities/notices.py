"""What people are told: the notices, in the order of numbers, and how far each person has been told."""

import msgspec

from connector.views.users import UserNoticeKind

MAIL, WEBHOOK = CHANNELS = ("mail", "webhook")
"""The ways on which a person is told."""


class UserNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, for whom it concerns; `number` grows, and is 0 before it is stored.

    `subject` is the process or asset that it is about; with `occasion` it is noted once. `dataset` says whose data it
    is about, so that only who may answer for it is told. `at` is in ms.
    """

    owner: str
    kind: UserNoticeKind
    subject: str
    occasion: str
    at: int
    number: int = 0
    title: dict[str, str] = {}
    dataset: str = ""


class NoticeMark(msgspec.Struct, frozen=True, kw_only=True):
    """How far somebody has looked ahead for a kind of notice and a subject.

    For an agreement (its key), `mark` is when to look at its end (ms); for a certificate, the end (ms) that people were
    told of; for a saved search, the change number up to which they were told.
    """

    owner: str
    kind: UserNoticeKind
    subject: str
    mark: int


class NoticeReader(msgspec.Struct, frozen=True, kw_only=True):
    """How far a user was told on a channel (`mail` or `webhook`): up to the notice `told`, the last time at `sent_at`.

    After `failures` in a row, the next attempt is not before `retry_at`; `problem` is the last reason. Times are in ms.
    """

    owner: str
    user: str
    channel: str
    told: int = 0
    sent_at: int = 0
    failures: int = 0
    retry_at: int = 0
    problem: str = ""
