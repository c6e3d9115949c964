"""What the operator of a broker says of sources and offers, and the log of it."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from connector.views.common import LONGEST_IDENTIFIER, LocalizedText
from connector.views.search import AlikeView


class MarkView(msgspec.Struct, frozen=True, kw_only=True):
    """A mark of a source, or of one dataset of it: `suspended`, `hidden`, `test`, `removed` or `registered`."""

    participant: str
    dataset: str | None
    kind: str
    reason: str
    by: str
    at: datetime


class DuplicateView(msgspec.Struct, frozen=True, kw_only=True):
    """Datasets of several participants that state to be one: the same `identifier`, or address of a `distribution`.

    `agrees` is whether title, licence and price are the same: then a search shows them as one result.
    """

    kind: str
    value: str
    agrees: bool
    datasets: tuple[AlikeView, ...]


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """An act of the operator: what was done, to which source or dataset, by which management key.

    `undoes` is the number of the act that this one took back.
    """

    number: int
    at: datetime
    act: str
    participant: str
    dataset: str | None
    reason: str
    by: str
    undoes: int | None = None


class ActedView(msgspec.Struct, frozen=True, kw_only=True):
    """The act that was done, or null if everything was already so.

    `followed` is whether the search index has followed already; it does within seconds.
    """

    act: ActView | None
    followed: bool


class ModerationOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which dataset is meant, or without one the whole source, and why. The provider can read the reason."""

    example: ClassVar[dict[str, Any]] = {
        "participant": "urn:participant:city",
        "dataset": "urn:asset:air",
        "reason": "The offer is listed twice.",
    }

    participant: Annotated[str, Meta(min_length=1, max_length=LONGEST_IDENTIFIER)]
    dataset: Annotated[str, Meta(max_length=LONGEST_IDENTIFIER)] | None = None
    reason: Annotated[str, Meta(min_length=1, max_length=1000)] = "No reason was given."


class WhyStepView(msgspec.Struct, frozen=True, kw_only=True):
    """One step on the way of an offer to the searches, in words; the last one is the answer."""

    code: str
    passed: bool
    texts: LocalizedText


class WhyView(msgspec.Struct, frozen=True, kw_only=True):
    """Why an offer is shown or not: the steps up to the first that it does not pass."""

    participant: str
    dataset: str
    shown: bool
    steps: tuple[WhyStepView, ...]
