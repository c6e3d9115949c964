"""Who decides when it is our turn: by policy, asking a person where the operator wants one.

Both are the `Decider` port; a test script is a third. A Hold is a stored row; a person's answer is an input of the
state machine (`controlplane.negotiation`), never a flag to look for.
"""

from dataclasses import dataclass

from connector.controlplane import bargain, documents, duties, judgement, treatments
from connector.controlplane.assets import catalog_policy
from connector.controlplane.facts import Situation
from connector.controlplane.plane import Plane
from connector.policy.decision import Phase
from connector.ports.decider import (
    Accept,
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
        situation = Situation(
            participant=process.peer,
            claims=judgement.claims_of(process.evidence),
            agreed_at=now,
            data=treatments.data_of(asset),
        )
        # What was accepted is an offer of our own people, who may have asked for other terms than the asset's.
        accepted = process.state == NegotiationState.ACCEPTED
        others = not accepted and not documents.same_rules(process.offer, asset.policy)
        if not others:
            terms = process.offer if accepted else catalog_policy(asset)
            verdict = judgement.judge(self.plane, terms, situation, asset.id, Phase.NEGOTIATION)
            if verdict.denied:
                return bargain.end("not-permitted", verdict.reasons)
            answer: Proceed | HoldFor = Proceed(Agree())
        else:
            answer = bargain.provide(self.plane, process, asset, situation)
        if isinstance(answer, HoldFor) or isinstance(answer.step, Terminate) or asset.data_class not in self.approve:
            return answer
        return bargain.hold(_by_a_person(asset.data_class, others=others), "provider")

    async def _consume(self, process: ContractNegotiation) -> Decision:
        if process.state == NegotiationState.OFFERED:
            return bargain.consume(self.plane, process) or Proceed(Accept())
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
            verdict = await duties.permitted(self.plane, process)
            if verdict.denied:
                ended = bargain.end("not-permitted", verdict.reasons)
                return Proceed(ended.step, verdict.record)
            return Proceed(Start())
        return Wait()


def _by_a_person(data_class: DataClass, *, others: bool) -> dict[str, str]:
    texts = {
        "de": f"Über Daten der Klasse {data_class} entscheidet ein Mensch.",
        "en": f"Data of class {data_class} is agreed by a person.",
    }
    return {language: f"{bargain.OTHER_TERMS[language]} {text}" if others else text for language, text in texts.items()}
