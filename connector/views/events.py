"""Events that policies can refer to."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta


class EventOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The event that begins or ends."""

    name: Annotated[
        str,
        Meta(min_length=1, max_length=500, description="IRI of the event, or a short form such as `dk:emergency`."),
    ]


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an event, its last change, and the management key that declared it."""

    name: str
    going_on: bool
    since: datetime
    by: str
