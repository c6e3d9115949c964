"""Subscriptions: standing orders of this participant, as a consumer, for the data of an agreement."""

from typing import Any

import msgspec

from connector.protocol.stated import StatedData
from connector.views.subscriptions import RunOutcome, SubscriptionRhythm, SubscriptionState


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A standing order: `agreement` is the key of its agreement, `by` the user or management key that ordered it.

    `minute` is that of the local day, of which an hour takes its own; `weekday` is 0 for Monday. `due_at` is the next
    run (None: a delivery is under way, or nobody waits for one). `transfer` is the delivery under way, with what was
    stated of its data before it began (`asked`); `stated` is that of the last delivery that arrived, and `sha256` the
    digest of what arrived. `anyway` lets the next run get data that has not changed. `failures` are the runs that
    failed in a row. `reason` is the reason of a failure or of the end, by language. Times are in ms.
    """

    owner: str
    id: str
    version: int
    agreement: str
    counterparty: str
    dataset: str
    title: dict[str, str]
    every: SubscriptionRhythm
    minute: int
    weekday: int
    created_at: int
    sink: dict[str, Any] | None = None
    by: str = ""
    state: SubscriptionState = SubscriptionState.ACTIVE
    due_at: int | None = None
    transfer: str = ""
    asked: StatedData = StatedData()
    anyway: bool = False
    looked_at: int | None = None
    outcome: RunOutcome | None = None
    delivered: str = ""
    delivered_at: int | None = None
    deliveries: int = 0
    stated: StatedData = StatedData()
    sha256: str = ""
    failures: int = 0
    failing_since: int | None = None
    reason: dict[str, str] = {}
