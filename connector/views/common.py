"""Values that several chapters share: pages, errors, reasons, and the parts that processes have in common.

A `…View` is an entity as it looks from outside, an `…Order` the body of a request. The API makes its OpenAPI document
and its checks from them, the client encodes and decodes them. Pure: standard library and msgspec only.
"""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

T = TypeVar("T")

LocalizedText = dict[str, str]
"""A text by language tag (`de`, `en`)."""

Name = Annotated[str, Meta(max_length=1000)]
"""An identifier, or another short text, in a request."""


LONGEST_IDENTIFIER = 1600
"""The longest identifier in a query: the key of an agreement, with a participant (512) and an identifier (1024)."""


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One page of a list; `next` is the cursor of the following page, null on the last one."""

    items: tuple[T, ...]
    next: str | None = None


class ReasonOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The reason of a step; the counterparty receives it."""

    reason: Annotated[str, Meta(min_length=1, max_length=1000)] = "No reason was given."


class PendingView(msgspec.Struct, frozen=True, kw_only=True):
    """The message that has to be delivered to the peer; `in_doubt` if an attempt ended without an answer.

    `fault` is why the last attempt had no result, `next_at` the time of the next one.
    """

    message: str
    attempts: int
    refusals: int
    in_doubt: bool
    fault: str = ""
    next_at: datetime | None = None


class RefusedView(msgspec.Struct, frozen=True, kw_only=True):
    """The message of the peer that was refused here last: it could not be read, or says what it may not say.

    Peers do not repeat a refused message by themselves, so the process usually waits until it is terminated.
    """

    message: str
    reason: str
    at: datetime


class EndedView(msgspec.Struct, frozen=True, kw_only=True):
    """Why a process ended, and by which participant; `reasons` is the reason by language if the connector decided."""

    code: str
    reason: str
    by: str
    reasons: LocalizedText = {}


class ProblemView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error: `code` is for programs, `reason` for people; `reasons` is the reason by language, if known."""

    code: str
    reason: str
    reasons: LocalizedText = {}


class ErrorView(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer that is an error."""

    error: ProblemView
