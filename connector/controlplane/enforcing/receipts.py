"""The state of each duty of an agreement, the receipts of persons, and the duties that a payment fulfils."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from connector.controlplane.core import instants
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.enforcing import ledger
from connector.controlplane.judging import payments, situations, world
from connector.controlplane.judging.declared import declare
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.facts import Situation
from connector.controlplane.judging.performed import find_performed, is_performed_here
from connector.policy.compiling.compiled import Compiled, CompiledDuty, list_duties
from connector.policy.deciding.tasks import find_standing
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.policy import ODRL
from connector.policy.model.situation import Request
from connector.policy.model.values import Number
from connector.ports.changes import Change
from connector.ports.entities import DONE, Agreement, DutyEvent, DutyState, PageBounds, Payment, PaymentState
from connector.protocol.dsp.common import Role

TRANSFERS_SHOWN = 50


class DutySummary(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a duty of an agreement; `inactive` as long as its conditions are not met."""

    duty: str
    role: str
    action: str
    state: str
    assignee: str
    deadline: int | None
    by_person: bool
    events: tuple[DutyEvent, ...]


async def list_standings(evaluator: Evaluator, agreement_id: str) -> list[DutySummary]:
    """Return the state of each duty of an agreement, in the order of its policy. Raises NoSuchEntity.

    The events are those of the agreement as a whole and of its newest transfers, `TRANSFERS_SHOWN` of them.
    """
    agreement = await find_agreement(evaluator.context, agreement_id)
    store, owner = evaluator.context.store, evaluator.context.owner
    newest, _ = await store.transfers(owner, PageBounds(limit=TRANSFERS_SHOWN), agreement_key=agreement.key)
    entries = await store.duties(owner, agreement.key, occasions=[process.id for process in newest])
    return await _list_duties(evaluator, agreement, entries)


async def list_standings_of(
    evaluator: Evaluator, agreements: Sequence[Agreement]
) -> Mapping[str, Sequence[DutySummary]]:
    """Return by key the state of each duty of agreements; the events are those of each agreement as a whole."""
    store, owner = evaluator.context.store, evaluator.context.owner
    entries = await store.duties_of(owner, [agreement.key for agreement in agreements])
    return {
        agreement.key: await _list_duties(evaluator, agreement, entries.get(agreement.key, ()))
        for agreement in agreements
    }


async def _list_duties(evaluator: Evaluator, agreement: Agreement, entries: Sequence[DutyEvent]) -> list[DutySummary]:
    compiled = await evaluator.library.prepare(agreement.document)
    if not isinstance(compiled, Compiled):
        return []
    situation = Situation(
        participant=agreement.counterparty if agreement.role is Role.PROVIDER else evaluator.context.participant,
        claims=situations.parse_claims(agreement.evidence),
        agreed_at=agreement.agreed_at,
        performed=find_performed(entries, ""),
    )
    return [_find_standing(evaluator, compiled, agreement, duty, situation, entries) for duty in list_duties(compiled)]


def find_wording(duty: DutySummary) -> str | None:
    """Return the wording of a duty to which the agreement itself says yes; None for a duty that somebody performs.

    Such a duty is recorded as fulfilled with the agreement, and holds as long as the data is used.
    """
    told = [msgspec.json.decode(event.evidence) for event in duty.events if event.state in DONE]
    return next((evidence["accepted"] for evidence in told if "accepted" in evidence), None)


async def record_receipt(evaluator: Evaluator, agreement_id: str, duty: str, note: str, *, by: str = "") -> DutySummary:
    """Record a person's receipt for a duty; a repeat changes nothing. Raises NoSuchEntity, NotAllowed.

    The note is part of the ledger only; the audit log, which others can read, contains the fact without it. `by` is the
    user of the pages, if it is one.
    """
    known = next((entry for entry in await list_standings(evaluator, agreement_id) if entry.duty == duty), None)
    if known is None:
        raise NoSuchEntity("no-duty", f"Unknown duty {duty}: list the duties of the agreement to find its identifier.")
    if not known.by_person:
        raise NotAllowed("performed-here", "The connector performs this duty itself: confirm only duties of persons.")
    done = any(event.state in DONE and not event.occasion for event in known.events)
    if not done:
        agreement = await find_agreement(evaluator.context, agreement_id)
        state = DutyState.SETTLED if known.state == DutyState.VIOLATED else DutyState.FULFILLED
        note_alone = {"note": note} if note else {}
        evidence = {"by": "receipt", **({"person": by} if by else {})}
        await evaluator.context.store.commit(
            ledger.make_entry(evaluator.context, agreement, duty, known.action, state, evidence, note_alone)
        )
    return next(entry for entry in await list_standings(evaluator, agreement_id) if entry.duty == duty)


def settle_paid(
    evaluator: Evaluator, agreement: Agreement, paid: Sequence[Payment], entries: Sequence[DutyEvent]
) -> list[Change]:
    """Return the entries of the duties to pay that the payments of an agreement fulfil; each is made once.

    The same money pays one duty: what the ledger says was taken for a duty is not there for another one. A duty that
    names no amount takes what is left, and one payment for itself alone.
    """
    compiled = evaluator.library.compile(agreement.document)
    duties = [duty for duty in list_duties(compiled) if _is_payment(duty)] if isinstance(compiled, Compiled) else []
    prices = {duty.duty.uid: _find_price(duty) for duty in duties}
    taken = {event.duty: _find_taken(event, prices) for event in entries if _is_by_payment(event)}
    left = payments.sum_paid(paid) - sum((amount or Decimal(0) for amount in taken.values()), Decimal(0))
    valid = payments.list_valid(paid)
    settled = sum(payment.state is PaymentState.SETTLED for payment in valid) - len(taken)
    changes: list[Change] = []
    # A duty with a price takes no more than that, so that it comes first.
    for duty in sorted(duties, key=lambda duty: prices[duty.duty.uid] is None):
        uid, action, price = duty.duty.uid, duty.duty.action[0].iri, prices[duty.duty.uid]
        states = {event.state for event in entries if event.duty == uid}
        if duty.role in {"consequence", "remedy"} and not states:
            # It is due only after a violation.
            continue
        if states & DONE or (settled < 1 if price is None else left < price):
            continue
        takes = max(left, Decimal(0)) if price is None else price
        left, settled = left - takes, settled - 1
        state = DutyState.SETTLED if DutyState.VIOLATED in states else DutyState.FULFILLED
        kept = {"amount": f"{takes:f}"}
        changes += ledger.make_entry(evaluator.context, agreement, uid, action, state, {"by": "payment"}, kept)
    return changes


def _is_payment(duty: CompiledDuty) -> bool:
    return duty.duty.action[0].iri == payments.COMPENSATE


def _is_by_payment(event: DutyEvent) -> bool:
    return event.state in DONE and msgspec.json.decode(event.evidence).get("by") == "payment"


def _find_taken(event: DutyEvent, prices: Mapping[str, Decimal | None]) -> Decimal | None:
    """Return the money that was taken for a duty; entries of earlier versions name none and took its price."""
    stated = msgspec.json.decode(event.evidence).get("amount")
    return prices.get(event.duty) if stated is None else Decimal(stated)


def _find_price(duty: CompiledDuty) -> Decimal | None:
    """Return the amount of a duty to pay; None if the duty names none."""
    named = [leaf for entry in duty.parameters for leaf in walk_leaves(entry) if leaf.left == ODRL + "payAmount"]
    amounts = (value.amount for leaf in named for value in leaf.right if isinstance(value, Number))
    return max(amounts, default=None)


def _find_standing(
    evaluator: Evaluator,
    compiled: Compiled,
    agreement: Agreement,
    duty: CompiledDuty,
    situation: Situation,
    entries: Sequence[DutyEvent],
) -> DutySummary:
    library = evaluator.library
    at = instants.instant(evaluator.context.now())
    request = Request(action="odrl:use", target=agreement.dataset, assignee=situation.participant, at=at)
    task = find_standing(
        duty, request, world.build_world(declare(situation, compiled), compiled, library.claims, library.operands)
    )
    events = tuple(event for event in entries if event.duty == task.uid)
    # A recorded state takes precedence over the clock; a consequence is active only after it was recorded.
    recorded = [event.state for event in events if not event.occasion and event.state is not DutyState.ACTIVE]
    idle = task.role in {"consequence", "remedy"} and not events
    if task.role == "duty" and task.state == "violated":
        # What comes first and came too late opens no access, whatever was recorded since.
        recorded = []
    return DutySummary(
        duty=task.uid,
        role=task.role,
        action=task.action,
        state=recorded[-1] if recorded else "inactive" if idle else task.state,
        assignee=task.assignee,
        deadline=instants.round_up(task.deadline),
        by_person=not is_performed_here(duty, library.executors),
        events=events,
    )
