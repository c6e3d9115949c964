"""Agreements, their use and duties, and the audit log."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from connector.protocol.dsp.common import Role


class DutyState(StrEnum):
    """The state of a duty: to be performed, performed, overdue, or performed after the deadline."""

    ACTIVE = "active"
    FULFILLED = "fulfilled"
    VIOLATED = "violated"
    SETTLED = "settled"


class AgreementState(StrEnum):
    """The state of an agreement: not final yet, in force, over by its time, used up, withdrawn, or unusable here.

    `refused` is in force here, but its provider refused the newest transfer under it.
    """

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"
    USED_UP = "used-up"
    UNUSABLE = "unusable"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AgreementView(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement; `policy` is the ODRL Agreement, and `sha256` the digest of its bytes, equal on both sides.

    `key` names it at this connector, also where several partners chose the same identifier.
    `expires_at` is the instant from which the policy grants no use, if it is known. `title` is that of the dataset by
    language, if it is known; `counterparty_name` is from the participant list. `because` says by language why an
    agreement that is used up, unusable or refused grants no use.
    """

    id: str
    key: str = ""
    role: Role
    counterparty: str
    dataset: str
    negotiation_id: str
    policy: dict[str, Any]
    sha256: str
    agreed_at: datetime
    finalized_at: datetime | None
    withdrawn_at: datetime | None
    state: AgreementState = AgreementState.ACTIVE
    expires_at: datetime | None = None
    title: dict[str, str] = {}
    counterparty_name: str = ""
    because: dict[str, str] = {}


class UsageView(msgspec.Struct, frozen=True, kw_only=True):
    """The use under an agreement: delivered bytes and started accesses."""

    agreement_id: str
    bytes_moved: int
    uses: int


class UsagePart(StrEnum):
    """What the sums of usage are told apart by."""

    MONTH = "month"
    DATASET = "dataset"
    COUNTERPARTY = "counterparty"
    PURPOSES = "purposes"


class MonthlyUsageView(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in a month with a dataset, a counterparty and for purposes; a part that was summed up is empty.

    `agreements` are those that became final, `deliveries` those that began, `bytes_moved` what moved for them, and
    `denied` the transfers that the policy refused. `role` is that of this connector.
    """

    month: str
    role: Role
    dataset: str
    title: dict[str, str]
    counterparty: str
    counterparty_name: str
    purposes: tuple[str, ...]
    agreements: int
    deliveries: int
    bytes_moved: int
    denied: int


class DutyEventView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the duty ledger; `transfer` is empty if the entry is about the agreement as a whole."""

    state: DutyState
    at: datetime
    transfer: str
    evidence: dict[str, str]


class DutyView(msgspec.Struct, frozen=True, kw_only=True):
    """A duty of an agreement and its state; `by_person` if a receipt confirms it.

    `events` are about the agreement as a whole and about its newest transfers, oldest first.
    """

    id: str
    agreement_id: str
    role: Literal["obligation", "duty", "remedy", "consequence"]
    action: str
    state: Literal["inactive", "active", "fulfilled", "violated", "settled"]
    assignee: str
    deadline: datetime | None
    by_person: bool
    events: tuple[DutyEventView, ...]


class ReceiptOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The confirmation that a duty was performed."""

    note: Annotated[str, Meta(max_length=1000, description="Note for the ledger of this connector; not sent.")] = ""


class UseView(msgspec.Struct, frozen=True, kw_only=True):
    """One use: who used what, when, under which agreement and for which purposes; `role` is that of this connector.

    `agreement_key` names the agreement at this connector, also where several partners chose the same identifier.
    """

    at: datetime
    role: Role
    counterparty: str
    counterparty_name: str
    dataset: str
    title: dict[str, str]
    purposes: tuple[str, ...]
    agreement_id: str
    agreement_key: str = ""
    transfer: str
    bytes_moved: int


class AuditExportView(msgspec.Struct, frozen=True, kw_only=True):
    """An export of the audit log for an auditor, line by line, each with its proof."""

    lines: tuple[str, ...]


class LeafView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the audit log: states, identifiers and hashes, never payload."""

    id: str
    at: datetime
    kind: str
    process_id: str
    body: Any
    hash: str
