"""What who protects personal data sees: the record of processing, duties that are late, and vetoes."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from connector.protocol.dsp.common import Role
from connector.views.agreements import AgreementState
from connector.views.assets import AssetStatus, DataClass, Marking
from connector.views.common import LocalizedText


class VetoOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A veto against the release of an offer of personal data."""

    example: ClassVar[dict[str, Any]] = {"reason": "The field `phone` is not needed for the purpose."}

    reason: Annotated[
        str, Meta(min_length=1, max_length=1000, description="Reason for the people here; it is not sent.")
    ]


class ProcessingView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the record of processing activities (GDPR Art. 30): an offer, with one agreement if there is one.

    `categories` are the fields of the data that are delivered, as far as its owner named them. `recipient` is the
    counterparty. What is in words is by language; `delete_by` is the first deadline of a deletion, if it is known.
    """

    dataset: str
    title: LocalizedText
    status: AssetStatus
    data_class: DataClass
    marking: Marking
    categories: tuple[str, ...]
    controller: str
    contact: str
    legal_basis: tuple[str, ...]
    legal_basis_in_words: LocalizedText
    purposes: tuple[str, ...]
    purposes_in_words: LocalizedText
    deletion_in_words: LocalizedText
    delete_by: datetime | None
    safeguards_in_words: LocalizedText
    agreement: str | None = None
    recipient: str = ""
    recipient_name: str = ""
    agreed_at: datetime | None = None
    ends_at: datetime | None = None
    state: AgreementState | None = None


class LateDutyView(msgspec.Struct, frozen=True, kw_only=True):
    """A duty that is late: who owes it (`here`: this participant), under which agreement, since when."""

    agreement: str
    duty: str
    action: str
    role: Role
    counterparty: str
    counterparty_name: str
    dataset: str
    title: LocalizedText
    since: datetime
    here: bool
    state: Literal["inactive", "active", "fulfilled", "violated", "settled"]
