"""Needs of participants for data, the answers to them, and what participants are told about both."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from connector.views.common import LocalizedText, Name


class BudgetKind(StrEnum):
    """What the owner of a need would pay."""

    FREE = "free"
    AMOUNT = "amount"
    OPEN = "open"


class NeedState(StrEnum):
    """The state of a need at a time: its term decides it, and its owner, who can close it."""

    UPCOMING = "upcoming"
    OPEN = "open"
    EXPIRED = "expired"
    CLOSED = "closed"


class AnswerKind(StrEnum):
    """What a participant answers: an offer of its own, when it will have one, or that it has none."""

    OFFER = "offer"
    DRAFT = "draft"
    NONE = "none"


class NoticeKind(StrEnum):
    """What a participant is told about its own need, about one that its data matches, or about one that it answered."""

    MATCHED = "matched"
    ANSWERED = "answered"
    WANTED = "wanted"
    CLOSED = "closed"


ShortWords = Annotated[str, Meta(max_length=200)]
Moment = Annotated[datetime, Meta(tz=True)]
Question = Annotated[str, Meta(min_length=3, max_length=1000, description="What the data has to answer.")]
DataField = Annotated[str, Meta(min_length=1, max_length=200)]


class NeedOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A need: the question, the minimum of data that it takes, and its term."""

    question: Question
    purpose: Annotated[ShortWords | None, Meta(description="Term or label of the purpose of use.")] = None
    fields: Annotated[
        tuple[DataField, ...], Meta(max_length=20, description="Fields that a record must have at least.")
    ] = ()
    place: Annotated[str, Meta(max_length=200, description="Name, official key or IRI of the place.")] = ""
    bbox: Annotated[ShortWords | None, Meta(description="west,south,east,north in degrees")] = None
    since: Annotated[ShortWords | None, Meta(description="The data is about a time from this date on.")] = None
    until: Annotated[ShortWords | None, Meta(description="The data is about a time up to this date.")] = None
    frequency: Annotated[
        ShortWords | None, Meta(description="Code or label of the update cycle that is needed at least.")
    ] = None
    opens: Annotated[Moment | None, Meta(description="Begin of the term (default: now).")] = None
    closes: Annotated[
        Moment | None, Meta(description="End of the term, at most a year ahead (default: in 90 days).")
    ] = None
    budget: BudgetKind = BudgetKind.OPEN
    amount: Annotated[str, Meta(max_length=20, description="The most that would be paid, such as 250.00.")] = ""
    currency: Annotated[str, Meta(max_length=3, description="Currency of the amount, such as EUR.")] = ""
    contact: Annotated[str, Meta(max_length=300, description="Whom to write to; participants see it.")] = ""


class NeedView(msgspec.Struct, frozen=True, kw_only=True):
    """A need. `contact` is empty for readers who are no participants; `served_by` is the answer that closed it."""

    id: str
    owner: str
    state: NeedState
    question: str
    purpose: str | None = None
    purpose_in_words: LocalizedText = {}
    fields: tuple[str, ...] = ()
    place: str = ""
    box: tuple[float, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    frequency: str | None = None
    opens: datetime
    closes: datetime
    budget: BudgetKind = BudgetKind.OPEN
    amount: str = ""
    currency: str = ""
    contact: str = ""
    created_at: datetime
    changed_at: datetime
    closed_at: datetime | None = None
    served_by: str | None = None


class NeedCloseOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The end of a need, with the answer that served it, if one did."""

    served_by: Annotated[ShortWords | None, Meta(description="Identifier of the answer.")] = None


class AnswerOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An answer to a need: an own offer, a draft with its time, or that there is none."""

    kind: AnswerKind
    text: Annotated[str, Meta(min_length=1, max_length=2000, description="What the owner of the need reads.")]
    dataset: Annotated[Name, Meta(description="The offered dataset, of an offer.")] = ""
    ready_at: Annotated[Moment | None, Meta(description="When a draft will be an offer.")] = None


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to a need. Its owner sees all answers, a participant its own."""

    id: str
    need: str
    participant: str
    kind: AnswerKind
    text: str
    dataset: str = ""
    ready_at: datetime | None = None
    at: datetime


class FitReasonView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether data meets one condition of a need; `met` is null if the data does not say."""

    condition: str
    met: bool | None
    text: LocalizedText


class NeedMatchView(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that matches a need, with a score from 0 to 1 and the reasons; it `fits` if no condition is unmet."""

    participant: str
    dataset: str
    title: LocalizedText
    publisher: str
    score: float
    fits: bool
    words: tuple[str, ...] = ()
    reasons: tuple[FitReasonView, ...] = ()


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """What a participant is told: `number` only grows, `text` is a sentence. `provider` and `dataset` are the data."""

    number: int
    kind: NoticeKind
    need: str
    at: datetime
    text: LocalizedText
    provider: str = ""
    dataset: str = ""
    answer: str = ""
    score: float = 0.0
