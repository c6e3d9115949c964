"""The entries of the duty ledger, each with its audit leaf, and the duties of a policy in their order."""

from collections.abc import Iterator

import msgspec

from connector.controlplane.core.commits import record
from connector.controlplane.core.context import Context
from connector.policy.compiling.compile import Compiled, CompiledDuty
from connector.ports.changes import Change, RecordDuty
from connector.ports.entities import Agreement, DutyEvent, DutyState

DONE = frozenset({DutyState.FULFILLED, DutyState.SETTLED})


def list_first(compiled: Compiled) -> Iterator[CompiledDuty]:
    """Yield the duties that are active from the beginning; the data plane applies transforms, which are no task."""
    duties = (*compiled.obligations, *(duty for rule in compiled.permissions for duty in rule.duties))
    seen: set[str] = set()
    for duty in duties:
        if not duty.transform and duty.duty.uid not in seen:
            seen.add(duty.duty.uid)
            yield duty


def list_all(compiled: Compiled) -> list[CompiledDuty]:
    """Return the duties, their consequences, and the remedies of prohibitions, each once."""
    waiting = [*list_first(compiled), *(duty for rule in compiled.prohibitions for duty in rule.duties)]
    found: dict[str, CompiledDuty] = {}
    while waiting:
        duty = waiting.pop(0)
        found.setdefault(duty.duty.uid, duty)
        waiting += duty.consequences
    return list(found.values())


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
    return [RecordDuty(event), record(context, f"duty {state}", agreement.id, details)]


def make_event(
    context: Context,
    agreement: Agreement,
    duty: str,
    state: DutyState,
    *,
    occasion: str = "",
    deadline: int | None = None,
    evidence: dict[str, str] | None = None,
) -> DutyEvent:
    """Return an entry of the ledger."""
    return DutyEvent(
        owner=agreement.owner,
        agreement_id=agreement.id,
        duty=duty,
        state=state,
        at=context.now(),
        occasion=occasion,
        deadline=deadline,
        evidence=msgspec.json.encode(evidence or {}),
    )
