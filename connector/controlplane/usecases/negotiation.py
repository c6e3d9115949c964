"""What a person or a program does with contract negotiations: request, approve, reject, counter, terminate."""

from collections.abc import Callable
from typing import Any

import msgspec

from connector.controlplane.core import commits, documents
from connector.controlplane.core.errors import Invalid, NotAllowed, NotFound
from connector.controlplane.core.plane import Plane
from connector.controlplane.judging import acceptance, decision_records, facts, treatments
from connector.controlplane.judging.policy_input import kept
from connector.controlplane.usecases import catalog, manual_steps
from connector.policy.words.language import Language
from connector.ports.decider import Accept, Agree, Finalize, Offer, Request, Step, Terminate, Verify
from connector.ports.entities import Asset, AssetStatus, Page
from connector.protocol.dsp import negotiation
from connector.protocol.dsp.codec import encode
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines import machine, negotiation_machine
from connector.protocol.dsp.machines.machine import Ended
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, ContractNegotiation, NegotiationState

# What approving means in each state in which a person may be asked.
_APPROVAL: dict[tuple[Role, str | None], Step] = {
    (Role.PROVIDER, NegotiationState.REQUESTED): Agree(),
    (Role.PROVIDER, NegotiationState.ACCEPTED): Agree(),
    (Role.PROVIDER, NegotiationState.VERIFIED): Finalize(),
    (Role.CONSUMER, NegotiationState.OFFERED): Accept(),
    (Role.CONSUMER, NegotiationState.AGREED): Verify(),
}


# Of one negotiation: rounds are bounded, and so is what is decided in them.
MOST_DECISIONS = 500
LANGUAGES: tuple[Language, ...] = ("de", "en")


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A decision by policy: when (ms), what came of it, its record, and the same in sentences by language."""

    at: int
    event: str
    record: dict[str, Any]
    texts: dict[str, tuple[str, ...]]


async def request(
    plane: Plane,
    participant_id: str,
    dataset_id: str,
    *,
    offer_id: str | None = None,
    policy: dict[str, Any] | None = None,
) -> ContractNegotiation:
    """Ask a provider for a contract on one of its datasets; `policy` asks for other terms than it offers.

    Without `offer_id` the dataset's first offer is taken; with both, the provider's catalogue is not asked again.
    Raises NotFound, Invalid, PeerFailed.
    """
    known = catalog.provider(plane, participant_id)
    terms = kept(policy) if policy is not None else None
    if offer_id is None or terms is None:
        chosen = await _offered(plane, participant_id, dataset_id, offer_id)
        offer_id, terms = str(chosen.get("@id")), terms or msgspec.json.encode(chosen)
    offer = documents.message_offer(
        terms,
        offer_id=offer_id,
        target=dataset_id,
        assigner=participant_id,
        assignee=plane.participant,
    )
    return await ask(plane, participant_id, known.address or "", offer)


async def _offered(plane: Plane, participant_id: str, dataset_id: str, offer_id: str | None) -> dict[str, Any]:
    dataset = await catalog.fetch_dataset(plane, participant_id, dataset_id)
    chosen = documents.chosen_offer(dataset, offer_id)
    if chosen is None:
        raise NotFound("no-offer", f"The dataset {dataset_id} has no such offer: read the catalogue again.")
    return chosen


async def ask(plane: Plane, participant_id: str, address: str, offer: bytes) -> ContractNegotiation:
    """Ask a provider, whose endpoints lie below `address`, for a contract on an Offer with its target (JSON)."""
    pid, now = plane.new_id(), plane.now()
    message = negotiation.ContractRequestMessage(
        consumer_pid=pid, offer=msgspec.Raw(offer), callback_address=plane.address
    )
    dataset_id = documents.member(offer, "target") or ""
    process = ContractNegotiation(
        owner=plane.owner,
        id=pid,
        role=Role.CONSUMER,
        peer=participant_id,
        peer_address=address,
        dataset=dataset_id,
        offer_id=documents.member(offer, "@id") or "",
        offer=offer,
        offered_by=Role.CONSUMER,
        asked=offer,
        created_at=now,
    )
    planned = machine.plan(process, NEGOTIATION, negotiation_machine.REQUEST, encode(message), now)
    if isinstance(planned, machine.Illegal):
        raise Invalid("wrong-state", planned.reason)
    stored = await commits.commit(plane, None, planned, event="decided request", fields={"dataset": dataset_id})
    plane.wake(stored)
    return stored


async def offer(
    plane: Plane, participant_id: str, asset_id: str, *, policy: dict[str, Any] | None = None
) -> ContractNegotiation:
    """Offer one of our published assets to a consumer, who did not ask. Raises NotFound, NotAllowed, Invalid."""
    known = catalog.provider(plane, participant_id)
    asset = await plane.store.asset(plane.owner, asset_id)
    if asset is None:
        raise NotFound("no-asset", f"There is no asset {asset_id}: list them to see which there are.")
    if asset.status is not AssetStatus.PUBLISHED:
        raise NotAllowed("not-published", f"The asset {asset_id} is {asset.status}: publish it, then offer it.")
    wanted = kept(policy) if policy is not None else None
    if wanted is not None:
        _check(plane, wanted, asset)
    terms = documents.message_offer(
        wanted or asset.policy,
        offer_id=asset.offer_id,
        target=asset.id,
        assigner=plane.participant,
        assignee=participant_id,
    )
    pid, now = plane.new_id(), plane.now()
    message = negotiation.ContractOfferMessage(
        provider_pid=pid, offer=msgspec.Raw(terms), callback_address=plane.address
    )
    process = ContractNegotiation(
        owner=plane.owner,
        id=pid,
        role=Role.PROVIDER,
        peer=participant_id,
        peer_address=known.address or "",
        dataset=asset.id,
        offer_id=asset.offer_id,
        offer=terms,
        offered_by=Role.PROVIDER,
        created_at=now,
    )
    planned = machine.plan(process, NEGOTIATION, negotiation_machine.OFFER, encode(message), now)
    if isinstance(planned, machine.Illegal):
        raise Invalid("wrong-state", planned.reason)
    stored = await commits.commit(plane, None, planned, event="decided offer", fields={"dataset": asset.id})
    plane.wake(stored)
    return stored


async def get(plane: Plane, pid: str) -> ContractNegotiation:
    """Return a negotiation by our pid. Raises NotFound."""
    process = await plane.store.negotiation(plane.owner, pid)
    if process is None:
        raise NotFound("no-negotiation", f"There is no negotiation {pid}: list them to see which there are.")
    return process


async def decisions(plane: Plane, pid: str) -> list[Decided]:
    """Return what was decided here by policy in a negotiation, oldest first, as it is on record. Raises NotFound."""
    process = await get(plane, pid)
    rows, _ = await plane.store.leaves(plane.owner, Page(limit=MOST_DECISIONS), process_id=process.id)
    found = []
    for row in rows:
        record = msgspec.json.decode(row.body).get("fields", {}).get("judged")
        if isinstance(record, dict):
            texts: dict[str, tuple[str, ...]] = {
                language: decision_records.told(record, plane.library.operands, language) for language in LANGUAGES
            }
            found.append(Decided(at=row.at, event=row.kind, record=record, texts=texts))
    return found


async def approve(plane: Plane, pid: str) -> ContractNegotiation:
    """Say yes where a person is asked: agree, accept, verify or finalize, as the state has it. Raises NotAllowed."""

    def step(process: ContractNegotiation) -> Step:
        found = _APPROVAL.get((process.role, process.state))
        if found is None:
            raise NotAllowed("wrong-state", f"There is nothing to approve in state {process.state}.")
        return found

    return await _decide(plane, pid, step)


async def reject(plane: Plane, pid: str, reason: str) -> ContractNegotiation:
    """Say no: the negotiation is terminated and the peer is told the reason. Raises NotAllowed."""
    return await _decide(plane, pid, lambda _: Terminate("rejected", reason))


async def terminate(plane: Plane, pid: str, reason: str) -> ContractNegotiation:
    """End a negotiation in whatever state the figure allows it. Raises NotAllowed."""
    process = await get(plane, pid)
    if process.state is None:
        # Nobody has acknowledged it: there is no peer to tell.
        now = plane.now()
        ended = machine.end(process, NEGOTIATION, Ended("withdrawn", reason, plane.participant), now)
        return await commits.commit(plane, process, ended, event="ended withdrawn")
    return await _decide(plane, pid, lambda _: Terminate("terminated", reason))


async def counter(plane: Plane, pid: str, policy: dict[str, Any]) -> ContractNegotiation:
    """Answer with other terms: a provider offers, a consumer requests. Raises NotAllowed, Invalid."""
    document = kept(policy)
    asset = await plane.store.asset(plane.owner, (await get(plane, pid)).dataset)

    def step(process: ContractNegotiation) -> Step:
        if process.role is Role.CONSUMER:
            return Request(document)
        _check(plane, document, asset)
        return Offer(document)

    return await _decide(plane, pid, step)


def _check(plane: Plane, policy: bytes, asset: Asset | None) -> None:
    """Refuse to offer what is void, of no use, not enforced here, or no offer of personal data. Raises Invalid."""
    checked = documents.catalog_offer(policy, offer_id="urn:uuid:draft")
    unfit = acceptance.unpublishable(plane.library, checked, facts.instant(plane.now()), treatments.data_of(asset))
    if unfit is None and asset is not None:
        unfit = acceptance.impersonal(plane, checked, asset.stated, asset.data_class)
    if unfit is not None:
        raise Invalid("not-offerable", unfit.texts["en"], unfit.texts)


async def _decide(plane: Plane, pid: str, step: Callable[[ContractNegotiation], Step]) -> ContractNegotiation:
    stored = await manual_steps.carry_out(plane, lambda: get(plane, pid), step)
    plane.wake(stored)
    return stored
