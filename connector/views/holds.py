"""Holds: the processes that wait for a person's decision."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from connector.views.common import LocalizedText


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """A process that waits for a decision: its reason, who decides, and the deadline; `reasons` by language.

    `counterparty`, `dataset` and `title` say who asks, and for what.
    """

    process_id: str
    process_kind: str
    reason: str
    who: str
    created_at: datetime
    until: datetime | None = None
    reasons: LocalizedText = {}
    counterparty: str = ""
    counterparty_name: str = ""
    dataset: str = ""
    title: LocalizedText = {}
    offer: Annotated[
        Literal["same", "changed", "withdrawn"] | None,
        Meta(description="The provider's offer since the process waits; null where it does not matter."),
    ] = None
    remark: Annotated[LocalizedText, Meta(description="What that means for an approval, by language.")] = {}
