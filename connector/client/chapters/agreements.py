"""Agreements, what was used and paid under them, and the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from connector.client.frame.flow import ApiCall, Page, place
from connector.client.frame.methods import AsyncRuns, Runs, awaited, blocking, every, every_awaited


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """A usage contract; `policy` is the ODRL Agreement as both sides hold it, `role` ours in it.

    `sha256` is the digest of the agreement's bytes: equal on both sides.
    """

    id: str
    role: str
    counterparty: str
    dataset: str
    negotiation_id: str
    policy: dict[str, Any]
    sha256: str
    agreed_at: datetime
    finalized_at: datetime | None
    withdrawn_at: datetime | None


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What was used under an agreement: bytes delivered and accesses begun."""

    agreement_id: str
    bytes_moved: int
    uses: int


class DutyEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the duty ledger; `transfer` is empty where it is about the agreement as a whole."""

    state: str
    at: datetime
    transfer: str
    evidence: dict[str, str]


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """A duty of an agreement and where it stands: inactive, active, fulfilled, violated or settled.

    `by_person` if a receipt confirms it, not if the connector performs it itself.
    """

    id: str
    agreement_id: str
    role: str
    action: str
    state: str
    assignee: str
    deadline: datetime | None
    by_person: bool
    events: tuple[DutyEvent, ...]


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the payments of an agreement: by which API key it was recorded, and when."""

    state: str
    at: datetime
    by: str
    amount: str | None
    currency: str
    until: datetime | None


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """Where the payments of an agreement stand: none, due, settled or overdue; `amount` is what was paid in all."""

    agreement_id: str
    state: str
    until: datetime | None
    amount: str
    currency: str
    entries: tuple[Payment, ...]


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the audit trail."""

    id: str
    at: datetime
    kind: str
    process_id: str
    body: Any
    hash: str


def listing(
    *, dataset: str | None = None, counterparty: str | None = None, limit: int = 50, after: str | None = None
) -> ApiCall[Page[Agreement]]:
    """List a page of the agreements, newest first."""
    query = {"dataset": dataset, "counterparty": counterparty, "limit": limit, "after": after}
    return ApiCall(method="GET", path=place("agreements"), answer=Page[Agreement], query=query)


def _show(id: str) -> ApiCall[Agreement]:
    """Show one agreement."""
    return ApiCall(method="GET", path=place("agreements", id), answer=Agreement)


def _usage(id: str) -> ApiCall[Usage]:
    """Show what was used under an agreement."""
    return ApiCall(method="GET", path=place("usage", id), answer=Usage)


def _withdraw(id: str, *, reason: str | None = None) -> ApiCall[Agreement]:
    """Deliver nothing more under an agreement; the consumer is told the reason."""
    return ApiCall(method="POST", path=place("agreements", id, "withdraw"), answer=Agreement, body={"reason": reason})


def _duties(id: str) -> ApiCall[tuple[Duty, ...]]:
    """List the duties of an agreement and where each stands, in the order of its policy."""
    return ApiCall(method="GET", path=place("agreements", id, "duties"), answer=tuple[Duty, ...])


def _receipt(id: str, duty: str, note: str = "") -> ApiCall[Duty]:
    """Confirm that a duty was done; the note stays in the connector's ledger."""
    path = place("agreements", id, "duties", duty, "receipt")
    return ApiCall(method="POST", path=path, answer=Duty, body={"note": note})


def _payments(id: str) -> ApiCall[Paid]:
    """Show where the payments of an agreement stand, and how that came to be."""
    return ApiCall(method="GET", path=place("agreements", id, "payments"), answer=Paid)


def _pay(
    id: str, state: str, *, amount: str | None = None, currency: str | None = None, until: datetime | None = None
) -> ApiCall[Paid]:
    """Record where the payments of an agreement stand: none, due, settled, overdue.

    `amount` is what was paid (settled) or is owed (due), in euros; from `until` on, what is paid is due again and what
    is due is overdue. Transfers that run are decided again at once.
    """
    body = {"state": state, "amount": amount, "currency": currency, "until": until}
    return ApiCall(method="POST", path=place("agreements", id, "payments"), answer=Paid, body=body)


def _audit(*, process: str | None = None, limit: int = 50, after: str | None = None) -> ApiCall[Page[Leaf]]:
    """List a page of the audit trail, of everything or of one process, oldest first."""
    query = {"process": process, "limit": limit, "after": after}
    return ApiCall(method="GET", path=place("audit"), answer=Page[Leaf], query=query)


@dataclass(frozen=True)
class Agreements:
    """Usage contracts."""

    driver: Runs

    list = blocking(listing)
    all = every(listing)
    show = blocking(_show)
    usage = blocking(_usage)
    withdraw = blocking(_withdraw)
    duties = blocking(_duties)
    receipt = blocking(_receipt)
    payments = blocking(_payments)
    pay = blocking(_pay)


@dataclass(frozen=True)
class AsyncAgreements:
    """Usage contracts."""

    driver: AsyncRuns

    list = awaited(listing)
    all = every_awaited(listing)
    show = awaited(_show)
    usage = awaited(_usage)
    withdraw = awaited(_withdraw)
    duties = awaited(_duties)
    receipt = awaited(_receipt)
    payments = awaited(_payments)
    pay = awaited(_pay)


@dataclass(frozen=True)
class Audit:
    """The audit trail, oldest first."""

    driver: Runs

    list = blocking(_audit)
    all = every(_audit)


@dataclass(frozen=True)
class AsyncAudit:
    """The audit trail, oldest first."""

    driver: AsyncRuns

    list = awaited(_audit)
    all = every_awaited(_audit)
