"""The steps of people and programs in contract negotiations: request, approve, reject, counter, terminate."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from connector.controlplane.core import commits, documents, instants, offers
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging import acceptance, decision_records
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.policy_input import encode_policy
from connector.controlplane.judging.treating import known_data
from connector.controlplane.processes import counter_offers
from connector.controlplane.processes.loading import show_negotiation, take_negotiation
from connector.controlplane.usecases import catalog, manual_steps
from connector.controlplane.usecases.asking.requesting import Wish, check_acceptable, prepare
from connector.controlplane.usecases.counterparties import Counterparties
from connector.language.catalogue import LANGUAGES
from connector.net.aside import work_aside
from connector.policy.reading.frame import Frame
from connector.ports.decider import Accept, Agree, Finalize, MakeOffer, MakeRequest, ProcessStep, Terminate, Verify
from connector.ports.entities import Asset, AssetStatus, Leaf, PageBounds
from connector.protocol.dsp import negotiation
from connector.protocol.dsp.codec import encode
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import machine, negotiation_machine
from connector.protocol.dsp.machines.machine import Ended
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation, NegotiationState

# The step of an approval, in each state in which a process can wait for a person.
_APPROVAL: dict[tuple[Role, str | None], ProcessStep] = {
    (Role.PROVIDER, NegotiationState.REQUESTED): Agree(),
    (Role.PROVIDER, NegotiationState.ACCEPTED): Agree(),
    (Role.PROVIDER, NegotiationState.VERIFIED): Finalize(),
    (Role.CONSUMER, NegotiationState.OFFERED): Accept(),
    (Role.CONSUMER, NegotiationState.AGREED): Verify(),
}


# The most decisions that are read of one negotiation, whose rounds are bounded.
MOST_DECISIONS = 500


class RecordedDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision by policy: its time (ms), its event, its record, and the record as sentences by language."""

    at: int
    event: str
    record: dict[str, Any]
    texts: dict[str, tuple[str, ...]]


async def request(
    evaluator: Evaluator,
    counterparties: Counterparties,
    participant_id: str,
    dataset_id: str,
    *,
    offer_id: str | None = None,
    policy: dict[str, Any] | None = None,
    purpose: str | None = None,
) -> Negotiation:
    """Request an agreement on a dataset from its provider; `policy` requests another policy than the offered one.

    `purpose` is stated as a constraint of every permission: a term of the vocabulary or an IRI that the terms allow.

    Terms that this connector would not agree to as a provider are refused before anything is asked. Without `offer_id`,
    the first offer of the dataset that can be agreed is used; with `offer_id` and `policy`, the catalogue of the
    provider is not read. Raises NoSuchEntity, Invalid, PeerFailed.
    """
    wish = Wish(offer_id=offer_id, policy=policy, purpose=purpose)
    found = await prepare(evaluator, counterparties, participant_id, dataset_id, wish)
    return await ask(evaluator.context, found.participant, found.address, found.offer, found.title)


async def ask(
    context: Context,
    participant_id: str,
    address: str,
    offer: bytes,
    title: dict[str, str] | None = None,
    *,
    by: str = "",
) -> Negotiation:
    """Request an agreement on an Offer with its target (JSON) from the provider with the endpoints at `address`.

    `title` are the titles of the dataset by language, if they are known; `by` is the user who asks.
    """
    pid, now = context.new_id(), context.now()
    message = negotiation.ContractRequestMessage(
        consumer_pid=pid, offer=msgspec.Raw(offer), callback_address=context.address
    )
    dataset_id = documents.read_member(offer, "target") or ""
    process = Negotiation(
        owner=context.owner,
        id=pid,
        role=Role.CONSUMER,
        peer=participant_id,
        peer_address=address,
        dataset=dataset_id,
        title=title or {},
        offer_id=documents.read_member(offer, "@id") or "",
        offer=offer,
        offered_by=Role.CONSUMER,
        asked=offer,
        created_at=now,
    )
    planned = machine.plan(process, NEGOTIATION, negotiation_machine.REQUEST, encode(message), now)
    if isinstance(planned, machine.Illegal):
        raise Invalid("wrong-state", planned.reason)
    fields = {"dataset": dataset_id} | ({"by": by} if by else {})
    stored = await commits.commit(context, None, planned, event="decided request", fields=fields)
    context.wake(stored)
    return stored


async def offer(
    evaluator: Evaluator, participant_id: str, asset_id: str, *, policy: dict[str, Any] | None = None
) -> Negotiation:
    """Offer a published asset to a consumer without a request. Raises NoSuchEntity, NotAllowed, Invalid."""
    known = catalog.provider(evaluator.directory, participant_id)
    asset = await find_asset(evaluator.context, asset_id)
    if asset.status is not AssetStatus.PUBLISHED:
        raise NotAllowed("not-published", f"The asset {asset_id} is {asset.status}: publish it, then offer it.")
    operands = evaluator.library.operands
    frame = Frame(target=asset.id, assigner=evaluator.context.participant, assignee=participant_id)
    wanted = encode_policy(policy, operands, frame) if policy is not None else None
    if wanted is not None:
        _check(evaluator, wanted, asset)
    terms = documents.make_message_offer(
        wanted or asset.policy,
        offer_id=asset.offer_id,
        target=asset.id,
        assigner=evaluator.context.participant,
        assignee=participant_id,
    )
    pid, now = evaluator.context.new_id(), evaluator.context.now()
    message = negotiation.ContractOfferMessage(
        provider_pid=pid, offer=msgspec.Raw(terms), callback_address=evaluator.context.address
    )
    process = Negotiation(
        owner=evaluator.context.owner,
        id=pid,
        role=Role.PROVIDER,
        peer=participant_id,
        peer_address=known.address or "",
        dataset=asset.id,
        title=asset.title,
        offer_id=asset.offer_id,
        offer=terms,
        offered_by=Role.PROVIDER,
        created_at=now,
    )
    planned = machine.plan(process, NEGOTIATION, negotiation_machine.OFFER, encode(message), now)
    if isinstance(planned, machine.Illegal):
        raise Invalid("wrong-state", planned.reason)
    stored = await commits.commit(evaluator.context, None, planned, event="decided offer", fields={"dataset": asset.id})
    evaluator.context.wake(stored)
    return stored


async def get(context: Context, pid: str) -> Negotiation:
    """Return a negotiation by this connector's pid, for people and programs to see. Raises NoSuchEntity."""
    return _expect(await show_negotiation(context, pid), pid)


async def _load(context: Context, pid: str) -> Negotiation:
    """Return a negotiation to act on. Raises NoSuchEntity."""
    return _expect(await take_negotiation(context, pid), pid)


def _expect(process: Negotiation | None, pid: str) -> Negotiation:
    if process is None:
        raise NoSuchEntity("no-negotiation", f"Unknown negotiation {pid}: list the negotiations to find its pid.")
    return process


async def decisions(evaluator: Evaluator, pid: str) -> list[RecordedDecision]:
    """Return the recorded policy decisions of a negotiation, oldest first. Raises NoSuchEntity."""
    process = await get(evaluator.context, pid)
    rows, _ = await evaluator.context.store.leaves(
        evaluator.context.owner, PageBounds(limit=MOST_DECISIONS), process_id=process.id
    )
    return await work_aside(sum(len(row.body) for row in rows), partial(_read_decisions, evaluator, rows))


def _read_decisions(evaluator: Evaluator, rows: Sequence[Leaf]) -> list[RecordedDecision]:
    found = []
    for row in rows:
        record = msgspec.json.decode(row.body).get("fields", {}).get("judged")
        if isinstance(record, dict):
            texts: dict[str, tuple[str, ...]] = {
                language: decision_records.say_record(record, evaluator.library.operands, language)
                for language in LANGUAGES
            }
            found.append(RecordedDecision(at=row.at, event=row.kind, record=record, texts=texts))
    return found


class PersonsAnswer(msgspec.Struct, frozen=True):
    """Who answers a Hold, and the version of the process that this person has seen; another one is not decided."""

    by: str
    seen: int


async def approve(
    enforcer: Enforcer, pid: str, *, changed_offer: bool = False, answer: PersonsAnswer | None = None
) -> Negotiation:
    """Approve the step that waits for a person: agree, accept, verify or finalize.

    What is not offered any more is not signed; `changed_offer` signs what was asked for although the offer has other
    terms since. Raises NotAllowed.
    """

    def step(process: Negotiation) -> ProcessStep:
        found = _APPROVAL.get((process.role, process.state))
        if process.state in NEGOTIATION.terminal:
            reason = f"The process ended in state {process.state}: nothing more can be done in it."
            raise NotAllowed("wrong-state", reason)
        if found is None:
            raise NotAllowed("wrong-state", f"The state {process.state} cannot be approved: wait for the counterparty.")
        return found

    check = partial(offers.check_standing, enforcer.context, changed=changed_offer)
    return await _decide(enforcer, pid, step, check, answer)


async def reject(enforcer: Enforcer, pid: str, reason: str, *, answer: PersonsAnswer | None = None) -> Negotiation:
    """Reject: the negotiation is terminated, and the counterparty receives the reason. Raises NotAllowed."""
    return await _decide(enforcer, pid, lambda _: Terminate("rejected", reason), answer=answer)


async def terminate(enforcer: Enforcer, pid: str, reason: str) -> Negotiation:
    """Terminate a negotiation. Raises NotAllowed if the state machine does not allow it."""

    async def end() -> Negotiation:
        process = await _load(enforcer.context, pid)
        if process.state is not None:
            return await _decide(enforcer, pid, lambda _: Terminate("terminated", reason))
        # The peer has not acknowledged the first message, so that it has no process to terminate.
        now = enforcer.context.now()
        ended = machine.end(process, NEGOTIATION, Ended("withdrawn", reason, enforcer.context.participant), now)
        return await commits.commit(enforcer.context, process, ended, event="ended withdrawn")

    return await manual_steps.repeat(end)


async def counter(
    enforcer: Enforcer, pid: str, policy: dict[str, Any], *, answer: PersonsAnswer | None = None
) -> Negotiation:
    """Counter with another policy: a provider offers, a consumer requests. Raises NotAllowed, Invalid."""
    evaluator = enforcer.evaluator
    known = await _load(enforcer.context, pid)
    own = enforcer.context.participant
    assigner, assignee = (known.peer, own) if known.role is Role.CONSUMER else (own, known.peer)
    frame = Frame(target=known.dataset, assigner=assigner, assignee=assignee)
    document = encode_policy(policy, evaluator.library.operands, frame)
    asset = await enforcer.context.store.asset(enforcer.context.owner, known.dataset)
    if known.role is Role.CONSUMER:
        await check_acceptable(evaluator, counter_offers.frame(evaluator.context, known, document))

    def step(process: Negotiation) -> ProcessStep:
        if process.role is Role.CONSUMER:
            return MakeRequest(document)
        _check(evaluator, document, asset)
        return MakeOffer(document)

    # The new terms are a person's own, whatever the offer says now; what is not offered has none.
    return await _decide(enforcer, pid, step, partial(offers.check_standing, enforcer.context, changed=True), answer)


def _check(evaluator: Evaluator, policy: bytes, asset: Asset | None) -> None:
    """Check that a policy can be offered: usable, enforced here, complete for personal data. Raises Invalid."""
    checked = documents.make_catalog_offer(policy, offer_id="urn:uuid:draft")
    unfit = acceptance.find_unpublishable(
        evaluator.library, checked, instants.instant(evaluator.context.now()), known_data.to_data(asset)
    )
    if unfit is None and asset is not None:
        unfit = acceptance.find_impersonal(evaluator, checked, asset.stated, asset.data_class)
    if unfit is not None:
        raise Invalid("not-offerable", unfit.texts["en"], unfit.texts)


async def _decide(
    enforcer: Enforcer,
    pid: str,
    step: Callable[[Negotiation], ProcessStep],
    check: Callable[[Negotiation], Awaitable[None]] | None = None,
    answer: PersonsAnswer | None = None,
) -> Negotiation:
    async def read() -> Negotiation:
        process = await _load(enforcer.context, pid)
        if answer is not None and process.version != answer.seen:
            reason = "The negotiation was decided or changed meanwhile: read it again before you answer."
            raise NotAllowed("changed", reason)
        if check is not None:
            await check(process)
        return process

    named = [commits.record(enforcer.context, "answered by a person", pid, {"by": answer.by})] if answer else []
    stored = await manual_steps.carry_out(enforcer, read, step, *named)
    enforcer.context.wake(stored)
    return stored
