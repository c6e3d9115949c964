"""Subscriptions: standing orders of a consumer for the data of an agreement."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from connector.views.common import LocalizedText, Name


class SubscriptionRhythm(StrEnum):
    """When a subscription looks for data: each hour, day or week, or every few minutes for a changed version.

    `stream`: it follows a stream, whose messages arrive as they are sent.
    """

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    CHANGE = "change"
    STREAM = "stream"


class SubscriptionState(StrEnum):
    """Whether a subscription looks for data, is paused by a person, or has ended with its agreement."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class RunOutcome(StrEnum):
    """What the last run of a subscription came to.

    `unseen`: nobody can tell whether the data has changed, and the agreement limits its uses, so none was spent.
    """

    DELIVERED = "delivered"
    UNCHANGED = "unchanged"
    UNSEEN = "unseen"
    FAILED = "failed"


class SubscriptionOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A subscription to the data of an agreement of which this connector is the consumer."""

    example: ClassVar[dict[str, Any]] = {"agreement": "urn:uuid:7f…", "every": "day", "at": "06:30"}

    agreement: Annotated[Name, Meta(description="Identifier of the agreement.")]
    every: Annotated[SubscriptionRhythm, Meta(description="How often to look for changed data.")] = (
        SubscriptionRhythm.DAY
    )
    at: Annotated[
        Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None,
        Meta(description="Local time, `HH:MM`; of an hour, only its minutes count (default: the time now)."),
    ] = None
    weekday: Annotated[
        Annotated[int, Meta(ge=1, le=7)] | None,
        Meta(description="Day of a week, from 1 (Monday) to 7 (default: that of today)."),
    ] = None
    sink: Annotated[
        dict[str, Any] | None,
        Meta(description="Address to store the data at (default: a new folder for each delivery)."),
    ] = None


class RunOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a subscription runs once more."""

    anyway: Annotated[bool, Meta(description="Get the data also if it has not changed: that is a use.")] = False


class SubscriptionView(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription: when it looks, what its last run came to, and when the next one is.

    `transfer` is the delivery under way, `delivered` the last one that arrived, at `delivered_at`. `failures` are the
    runs since then that failed, the first one at `failing_since`. `reason` says in each language why the last run
    failed, or why the subscription has ended. `at` is a local time of this connector.
    """

    id: str
    state: SubscriptionState
    agreement: str
    counterparty: str
    counterparty_name: str = ""
    dataset: str
    title: LocalizedText = {}
    every: SubscriptionRhythm
    at: str
    weekday: int
    sink: dict[str, Any] | None
    next_at: datetime | None
    transfer: str
    looked_at: datetime | None
    outcome: RunOutcome | None
    delivered: str
    delivered_at: datetime | None
    deliveries: int
    failures: int
    failing_since: datetime | None
    reason: LocalizedText = {}
    created_at: datetime
