"""The entries of the duty ledger, each with its audit leaf."""

import msgspec

from connector.controlplane.core.commits import record
from connector.controlplane.core.context import Context
from connector.ports.changes import Change, RecordDuty
from connector.ports.entities import Agreement, DutyEvent, DutyState


def make_entry(
    context: Context,
    agreement: Agreement,
    duty: str,
    action: str,
    state: DutyState,
    evidence: dict[str, str],
    kept: dict[str, str] | None = None,
    *,
    occasion: str = "",
) -> list[Change]:
    """Return an entry of the ledger and its audit leaf; `kept` is part of the ledger only."""
    event = make_event(context, agreement, duty, state, occasion=occasion, evidence={**evidence, **(kept or {})})
    details = {"duty": duty, "action": action, "transfer": occasion, "evidence": evidence}
    return [RecordDuty(event), record(context, f"duty {state}", agreement.key, details)]


def make_event(
    context: Context,
    agreement: Agreement,
    duty: str,
    state: DutyState,
    *,
    occasion: str = "",
    deadline: int | None = None,
    here: bool = False,
    evidence: dict[str, str] | None = None,
) -> DutyEvent:
    """Return an entry of the ledger."""
    return DutyEvent(
        owner=agreement.owner,
        agreement_id=agreement.key,
        duty=duty,
        state=state,
        at=context.now(),
        occasion=occasion,
        deadline=deadline,
        here=here,
        evidence=msgspec.json.encode(evidence or {}),
    )
