"""The consent register: statements of persons about uses of data about them. It stores and shows no name."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from connector.views.common import Name

LONGEST_SUBJECT, MOST_ENTRIES = 1000, 1000
MOST_LINK_DAYS, LINK_DAYS = 365, 30

_Subject = Annotated[
    str,
    Meta(max_length=LONGEST_SUBJECT, description="The person, as the records of the data name them; not stored."),
]
_Dataset = Annotated[Name | None, Meta(description="Only this asset (default: all assets).")]


class ConsentOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The statement of one person."""

    example: ClassVar[dict[str, Any]] = {"subject": "4711", "purpose": "dpv:ImproveTransportMobility"}

    subject: _Subject
    purpose: Annotated[str, Meta(max_length=1000, description="A dpv:Purpose.")]
    state: Annotated[str, Meta(max_length=1000, description="A dpv:ConsentStatus.")] = (
        "https://w3id.org/dpv#ConsentGiven"
    )
    dataset: _Dataset = None
    until: Annotated[
        Annotated[datetime, Meta(tz=True)] | None, Meta(description="End of the consent (default: none).")
    ] = None


class ConsentsOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Entries that are recorded together, all or none."""

    entries: Annotated[tuple[ConsentOrder, ...], Meta(min_length=1, max_length=MOST_ENTRIES)]


class ConsentWithdrawOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The withdrawal of a person's consent."""

    subject: _Subject
    dataset: _Dataset = None
    purpose: Annotated[Name | None, Meta(description="Only this purpose (default: all on record).")] = None


class ConsentLookupOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The person whose entries are read; it is in a body because logs contain URLs."""

    subject: _Subject


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry; `subject` is a keyed reference to the person, `dataset` is empty if the entry is about all assets."""

    subject: str
    dataset: str
    purpose: str
    state: str
    at: datetime
    until: datetime | None


class ConsentsRecordedView(msgspec.Struct, frozen=True, kw_only=True):
    """The number of entries that were recorded."""

    recorded: int


class ConsentLinkOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A new link with which a person sees and changes the own consents; the old one ends."""

    example: ClassVar[dict[str, Any]] = {"subject": "4711", "days": 30}

    subject: _Subject
    days: Annotated[int, Meta(ge=1, le=MOST_LINK_DAYS, description="Days until the link ends.")] = LINK_DAYS


class ConsentLinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A link with a secret for one person; it is not shown again."""

    link: Annotated[str, Meta(description="Address to give to the person, and to nobody else.")]
    until: datetime
