"""Who decides when it is our turn: by policy, asking a person where the operator wants one.

Both are the `Decider` port; a test script is a third. A Hold is a stored row; a person's answer is an input of the
state machine (`controlplane.negotiation`), never a flag to look for.
"""

from dataclasses import dataclass

from connector.controlplane import documents, judgement
from connector.controlplane.assets import catalog_policy
from connector.controlplane.facts import Situation
from connector.controlplane.plane import Plane
from connector.policy.decision import Phase
from connector.ports.decider import (
    Agree,
    Finalize,
    HoldFor,
    Proceed,
    Start,
    Terminate,
    Verify,
    Wait,
)
from connector.ports.entities import AssetStatus, DataClass
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.negotiation_machine import ContractNegotiation, NegotiationState
from connector.protocol.dsp.transfer_machine import TransferProcess, TransferState

Decision = Proceed | HoldFor | Wait


@dataclass(frozen=True)
class ByPolicy:
    """Decides by policy; holds for a person the data classes in `approve`, and what policy leaves open."""

    plane: Plane
    approve: frozenset[DataClass] = frozenset({DataClass.CONFIDENTIAL, DataClass.PERSONAL})

    async def decide(self, process: AnyProcess, now: int) -> Decision:
        """Return the next step of a process that has nothing pending."""
        if isinstance(process, ContractNegotiation):
            if process.role is Role.PROVIDER:
                return await self._provide(process, now)
            return await self._consume(process)
        return await self._transfer(process)

    async def _provide(self, process: ContractNegotiation, now: int) -> Decision:
        if process.state == NegotiationState.VERIFIED:
            return Proceed(Finalize())
        if process.state not in {NegotiationState.REQUESTED, NegotiationState.ACCEPTED}:
            return Wait()
        asset = await self.plane.store.asset(process.owner, process.dataset)
        if asset is None or asset.status is not AssetStatus.PUBLISHED:
            return Proceed(Terminate("withdrawn", "The offer was withdrawn."))
        situation = Situation(participant=process.peer, claims=judgement.claims_of(process.evidence), agreed_at=now)
        # What was accepted is an offer of our own people, who may have asked for other terms than the asset's.
        accepted = process.state == NegotiationState.ACCEPTED
        terms = process.offer if accepted else catalog_policy(asset)
        verdict = judgement.judge(self.plane, terms, situation, asset.id, Phase.NEGOTIATION)
        if verdict.denied:
            return Proceed(Terminate("not-permitted", verdict.reason))
        if not accepted and not documents.same_rules(process.offer, asset.policy):
            return HoldFor(reason="The request asks for other terms than the offer.", who="provider")
        if asset.data_class in self.approve:
            return HoldFor(reason=f"Data of class {asset.data_class} is agreed by a person.", who="provider")
        return Proceed(Agree())

    async def _consume(self, process: ContractNegotiation) -> Decision:
        if process.state == NegotiationState.OFFERED:
            return HoldFor(reason="The provider makes an offer of its own.", who="consumer")
        if process.state != NegotiationState.AGREED:
            return Wait()
        document = process.agreement or b"{}"
        if not documents.same_rules(document, process.offer):
            return Proceed(Terminate("other-terms", "The agreement says something else than the offer accepted."))
        expected = (process.peer, self.plane.participant, process.dataset)
        found = tuple(documents.member(document, name) for name in ("assigner", "assignee", "target"))
        if found != expected:
            return Proceed(Terminate("other-parties", "The agreement names other parties or another dataset."))
        return Proceed(Verify())

    async def _transfer(self, process: TransferProcess) -> Decision:
        if process.role is Role.PROVIDER and process.state == TransferState.REQUESTED:
            verdict = await judgement.access(self.plane, process)
            if verdict.denied:
                return Proceed(Terminate("not-permitted", verdict.reason))
            return Proceed(Start())
        return Wait()
