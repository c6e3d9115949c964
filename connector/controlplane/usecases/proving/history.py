"""What the audit log says of an agreement: its negotiation, its deliveries, its duties and payments, and its end."""

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.controlplane.core.context import Context
from connector.ports.entities import Agreement, Leaf, PageBounds
from connector.ports.seals import KeptSeal

MOST_TRANSFERS, MOST_EACH = 20, 200
RECEIVED = "received "
"""How the kinds of entries begin that are about a message of the counterparty."""
QUIET = frozenset({"lease renewed", "to be decided again"})
"""Entries that repeat what another one says: they are in the log, and not in a story."""


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the audit log; its `fields`, none after an erasure, and the `transfer` that it is about."""

    leaf: Leaf
    fields: dict[str, Any]
    transfer: str = ""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The entries about an agreement, oldest first; `whole` unless there are more deliveries or entries than shown."""

    entries: tuple[HistoryEntry, ...]
    whole: bool


async def tell_history(context: Context, agreement: Agreement) -> History:
    """Return what the audit log says of an agreement and of its newest `MOST_TRANSFERS` transfers."""
    bounds = PageBounds(limit=MOST_TRANSFERS)
    transfers, older = await context.store.transfers(context.owner, bounds, agreement_key=agreement.key)
    about = {agreement.negotiation_id: "", agreement.key: "", **{transfer.id: transfer.id for transfer in transfers}}
    found: list[HistoryEntry] = []
    whole = older is None
    for process_id, transfer in about.items():
        page = PageBounds(limit=MOST_EACH)
        rows, more = await context.store.leaves(context.owner, page, process_id=process_id)
        found += [HistoryEntry(leaf=row, fields=read_fields(row), transfer=transfer) for row in rows]
        whole = whole and more is None
    told = [entry for entry in found if entry.leaf.kind not in QUIET]
    return History(entries=tuple(sorted(told, key=lambda entry: entry.leaf.position or 0)), whole=whole)


def read_fields(leaf: Leaf) -> dict[str, Any]:
    """Return the facts of an entry; none after an erasure."""
    if not leaf.body:
        return {}
    fields: dict[str, Any] = msgspec.json.decode(leaf.body).get("fields", {})
    return fields


def find_kept_seal(entry: HistoryEntry) -> KeptSeal | None:
    """Return the seal of the message that an entry is about; None without one."""
    kept = entry.fields.get("seal")
    return msgspec.convert(kept, KeptSeal) if kept else None


def list_people(entries: Sequence[HistoryEntry]) -> set[str]:
    """Return the names to sign in with of all who did something, or whose account it is about."""
    about = {entry.leaf.process_id for entry in entries if entry.leaf.kind.startswith("user ")}
    return about | {by for entry in entries if isinstance(by := entry.fields.get("by"), str)}
