"""One run of a subscription: look what the provider states, get the data if it has changed, note what came of it.

The beginning of a delivery and the note of it are one commit, so that a process that is killed at any moment begins
none twice. A look spends no use of an agreement.
"""

import logging
from collections.abc import Mapping

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed, PeerFailed, UseCaseError
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.core.rhythm import find_next, find_retry
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes.loading import load_transfer
from connector.controlplane.usecases import catalog, transfer
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.standing import Standing, find_standings
from connector.controlplane.usecases.subscribing import standing_streams
from connector.controlplane.usecases.subscribing.subscriptions import CHANGED, OVER
from connector.language.catalogue import say_in_all, tell_reason, write_in_all
from connector.policy.compiling.compiled import Compiled
from connector.ports.changes import Change, PutSubscription
from connector.ports.entities import Agreement, Subscription
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, Transfer, TransferState
from connector.protocol.stated import StatedData, read_stated
from connector.views.conversion import to_ms
from connector.views.subscriptions import RunOutcome, SubscriptionState

log = logging.getLogger(__name__)

BY = "subscription"


async def begin(enforcer: Enforcer, counterparties: Counterparties, found: Subscription) -> Subscription:
    """Run a subscription that is due; return it with a delivery under way, or with what the run came to.

    Raises Conflict if somebody changed it meanwhile, and the other errors of the store.
    """
    agreement = await find_agreement(enforcer.context, found.agreement, Role.CONSUMER)
    (standing,) = await find_standings(enforcer.evaluator, [agreement])
    if standing.state in OVER:
        return await _put(enforcer.context, found, _end(enforcer.context, found, agreement, standing))
    try:
        if standing_streams.is_stream(found):
            return await _order(enforcer, found, agreement, StatedData())
        stated, refused = await _look(counterparties, agreement)
        outcome = RunOutcome.DELIVERED if found.anyway else await _judge(enforcer, found, agreement, stated)
        if outcome is RunOutcome.UNSEEN and refused is not None:
            raise refused
        if outcome is RunOutcome.DELIVERED:
            return await _order(enforcer, found, agreement, stated)
    except UseCaseError as error:
        return await _fail(enforcer, found, standing, _tell(error.reason, error.reasons))
    return await _put(enforcer.context, found, _note(enforcer, found, standing, outcome))


async def settle(enforcer: Enforcer, found: Subscription) -> Subscription | None:
    """Note how the delivery under way ended; None while it has not. Raises Conflict, and the errors of the store."""
    context = enforcer.context
    process = await load_transfer(context, found.transfer)
    if process is not None and process.state not in TRANSFER.terminal:
        if standing_streams.is_stream(found):
            await standing_streams.keep_going(enforcer, found, process)
        return None
    agreement = await find_agreement(context, found.agreement, Role.CONSUMER)
    (standing,) = await find_standings(enforcer.evaluator, [agreement])
    if process is not None and process.state == TransferState.COMPLETED and standing_streams.is_stream(found):
        return await _fail(enforcer, found, standing, say_in_all("subscriptions.no-stream"))
    if process is not None and process.state == TransferState.COMPLETED:
        after = _note(enforcer, _take_delivery(found, process), standing, RunOutcome.DELIVERED)
        if standing.state in OVER:
            after = _end(context, after, agreement, standing)
        return await _put(context, found, after)
    if standing.state in OVER:
        return await _put(context, found, _end(context, found, agreement, standing))
    ended = process.ended if process else None
    reason = _tell(ended.reason, ended.reasons) if ended else {}
    return await _fail(enforcer, found, standing, reason)


async def _look(counterparties: Counterparties, agreement: Agreement) -> tuple[StatedData, NotAllowed | None]:
    """Return what the provider states of the data, and its refusal if it shows nothing. Raises PeerFailed.

    An offer can end before its agreements do: then only a delivery tells whether there is still data.
    """
    try:
        dataset = await catalog.fetch_dataset(counterparties, agreement.counterparty, agreement.dataset)
        return read_stated(dataset), None
    except NotAllowed as refused:
        return StatedData(), refused
    except NoSuchEntity as error:
        if error.code == "no-participant":
            raise PeerFailed(error.code, error.reason, error.reasons) from None
        return StatedData(), None


async def _judge(enforcer: Enforcer, found: Subscription, agreement: Agreement, stated: StatedData) -> RunOutcome:
    """Return whether the data is to be delivered, is the same for certain, or would cost a use nobody may spend."""
    if found.delivered_at is None:
        return RunOutcome.DELIVERED
    if stated.is_same(found.stated) or (stated.sha256 is not None and stated.sha256 == found.sha256):
        return RunOutcome.UNCHANGED
    compiled = await enforcer.evaluator.library.prepare(agreement.document)
    counted = isinstance(compiled, Compiled) and bool(compiled.counters)
    return RunOutcome.UNSEEN if counted and not stated.is_datable else RunOutcome.DELIVERED


async def _order(enforcer: Enforcer, found: Subscription, agreement: Agreement, stated: StatedData) -> Subscription:
    """Begin a delivery. Raises NotAllowed, Invalid, Conflict."""
    context = enforcer.context
    pid = context.new_id()
    after = msgspec.structs.replace(
        found, transfer=pid, asked=stated, due_at=None, anyway=False, looked_at=context.now(), version=found.version + 1
    )
    noted = [PutSubscription(after, found.version)]
    await transfer.request(
        enforcer, agreement.key, id=pid, sink=standing_streams.choose_place(found), by=BY, changes=noted
    )
    context.watch.notify(CHANGED)
    return after


def _take_delivery(found: Subscription, process: Transfer) -> Subscription:
    """Return a subscription whose delivery has arrived."""
    progress = msgspec.json.decode(process.progress) if process.progress else {}
    return msgspec.structs.replace(
        found,
        delivered=process.id,
        delivered_at=process.updated_at,
        deliveries=found.deliveries + 1,
        stated=found.asked,
        sha256=progress.get("sha256") or "",
    )


def _note(enforcer: Enforcer, found: Subscription, standing: Standing, outcome: RunOutcome) -> Subscription:
    """Return a subscription after a run that did not fail; it runs again at its next time."""
    now = enforcer.context.now()
    return msgspec.structs.replace(
        found,
        transfer="",
        asked=StatedData(),
        anyway=False,
        looked_at=now,
        outcome=outcome,
        due_at=_find_due(enforcer, found, standing, now),
        failures=0,
        failing_since=None,
        reason={},
    )


async def _fail(enforcer: Enforcer, found: Subscription, standing: Standing, reason: dict[str, str]) -> Subscription:
    """Note that a run failed. The first failure of several in a row is told: in the log and in the audit log."""
    context, failures = enforcer.context, found.failures + 1
    now = context.now()
    regular = _find_due(enforcer, found, standing, now)
    after = msgspec.structs.replace(
        found,
        transfer="",
        asked=StatedData(),
        anyway=False,
        looked_at=now,
        outcome=RunOutcome.FAILED,
        due_at=None if regular is None else find_retry(failures, now=now, regular=regular),
        failures=failures,
        failing_since=found.failing_since or now,
        reason=reason,
    )
    told: list[Change] = []
    if failures == 1:
        told.append(commits.record(context, "subscription failed", found.id, {"agreement": found.agreement}))
        log.warning("a subscription failed and is tried again: %s", reason.get("en"), extra={"pid": found.id})
    return await _put(context, found, after, *told)


def _end(context: Context, found: Subscription, agreement: Agreement, standing: Standing) -> Subscription:
    """Return a subscription that has ended with its agreement, with the reason."""
    log.info("a subscription has ended with its agreement: %s", standing.state, extra={"pid": found.id})
    return msgspec.structs.replace(
        found,
        state=SubscriptionState.ENDED,
        transfer="",
        asked=StatedData(),
        due_at=None,
        looked_at=context.now(),
        failures=0,
        failing_since=None,
        reason=_explain_end(agreement, standing),
    )


def _explain_end(agreement: Agreement, standing: Standing) -> dict[str, str]:
    said = say_in_all(f"subscriptions.ended-{standing.state}")
    because: Mapping[str, str] = standing.because
    if agreement.withdrawn_because:
        because = _tell(agreement.withdrawn_because, {})
    return {language: " ".join(filter(None, (text, because.get(language)))) for language, text in said.items()}


def _tell(reason: str, reasons: Mapping[str, str]) -> dict[str, str]:
    """Return a reason in each language, quoted where nobody has translated it."""
    return write_in_all(lambda language: tell_reason(language, reason, reasons))


def _find_due(enforcer: Enforcer, found: Subscription, standing: Standing, now: int) -> int | None:
    """Return the next regular run (ms); at the end of the agreement, so that the subscription ends with it."""
    if found.state is not SubscriptionState.ACTIVE:
        return None
    zone = enforcer.evaluator.library.operands.zone
    regular = find_next(found.every, minute=found.minute, weekday=found.weekday, after=now, zone=zone)
    end = to_ms(standing.end)
    return regular if end is None or end <= now else min(regular, end)


async def _put(context: Context, before: Subscription, after: Subscription, *changes: Change) -> Subscription:
    stored = msgspec.structs.replace(after, version=before.version + 1)
    ended = stored.state is SubscriptionState.ENDED
    leaf = [commits.record(context, "subscription ended", stored.id, {"agreement": stored.agreement})] if ended else []
    await context.store.commit([PutSubscription(stored, before.version), *changes, *leaf])
    context.watch.notify(CHANGED)
    return stored
