"""Who decides when it is our turn: by policy, asking a person where the operator wants one.

Both are the `Decider` port; a test script is a third. A Hold is a stored row; a person's answer is an input of the
state machine (`controlplane.negotiation`), never a flag to look for.
"""

from dataclasses import dataclass
from typing import Any

from connector.controlplane.core import documents
from connector.controlplane.enforcing import performing
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging import judgement, situations
from connector.controlplane.judging.visibility import catalog_policy
from connector.controlplane.processes import counter_offers
from connector.language.catalogue import Language, say, write_in_all
from connector.policy.model.situation import Phase
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
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState

DeciderAnswer = Proceed | HoldFor | Wait


@dataclass(frozen=True)
class ByPolicy:
    """Decides by policy; holds for a person the data classes in `approve`, and what policy leaves open."""

    enforcer: Enforcer
    approve: frozenset[DataClass] = frozenset({DataClass.CONFIDENTIAL, DataClass.PERSONAL})

    async def decide(self, process: AnyProcess, now: int) -> DeciderAnswer:
        """Return the next step of a process that has nothing pending."""
        if isinstance(process, Negotiation):
            if process.role is Role.PROVIDER:
                return await self._provide(process, now)
            return await self._consume(process)
        return await self._transfer(process)

    async def _provide(self, process: Negotiation, now: int) -> DeciderAnswer:
        if process.state == NegotiationState.VERIFIED:
            return Proceed(Finalize())
        if process.state not in {NegotiationState.REQUESTED, NegotiationState.ACCEPTED}:
            return Wait()
        asset = await self.enforcer.context.store.asset(process.owner, process.dataset)
        if asset is None or asset.status is not AssetStatus.PUBLISHED:
            return Proceed(Terminate("withdrawn", "The offer was withdrawn."), _record_rule("withdrawn"))
        situation = situations.build_for_peer(process.peer, situations.parse_claims(process.evidence), asset, now)
        # What was accepted is an offer of our own people, who may have asked for other terms than the asset's.
        accepted = process.state == NegotiationState.ACCEPTED
        others = not accepted and not documents.has_same_rules(process.offer, asset.policy)
        if not others:
            terms = process.offer if accepted else catalog_policy(asset)
            verdict = judgement.judge(self.enforcer.evaluator, terms, situation, asset.id, Phase.NEGOTIATION)
            if verdict.denied:
                return counter_offers.end("not-permitted", verdict.reasons, verdict.record)
            answer: Proceed | HoldFor = Proceed(Agree(), verdict.record)
        else:
            answer = counter_offers.provide(self.enforcer.evaluator, process, asset, situation)
        if isinstance(answer, HoldFor) or isinstance(answer.step, Terminate) or asset.data_class not in self.approve:
            return answer
        return counter_offers.hold(_say_by_person(asset.data_class, others=others), "provider", answer.judged)

    async def _consume(self, process: Negotiation) -> DeciderAnswer:
        if process.state == NegotiationState.OFFERED:
            return counter_offers.consume(self.enforcer.evaluator, process) or Proceed(Accept())
        if process.state != NegotiationState.AGREED:
            return Wait()
        document = process.agreement or b"{}"
        if not documents.has_same_rules(document, process.offer):
            end = Terminate("other-terms", "The agreement says something else than the offer accepted.")
            return Proceed(end, _record_rule(end.code))
        expected = (process.peer, self.enforcer.context.participant, process.dataset)
        found = tuple(documents.read_member(document, name) for name in ("assigner", "assignee", "target"))
        if found != expected:
            end = Terminate("other-parties", "The agreement names other parties or another dataset.")
            return Proceed(end, _record_rule(end.code))
        return Proceed(Verify())

    async def _transfer(self, process: Transfer) -> DeciderAnswer:
        if process.role is Role.PROVIDER and process.state == TransferState.REQUESTED:
            verdict = await performing.permit_transfer(self.enforcer, process)
            if verdict.denied:
                return counter_offers.end("not-permitted", verdict.reasons, verdict.record)
            return Proceed(Start())
        return Wait()


def _record_rule(code: str) -> dict[str, Any]:
    """Return what goes on record where no policy had to be asked."""
    return {"verdict": "deny", "reasons": [code]}


def _say_by_person(data_class: DataClass, *, others: bool) -> dict[str, str]:
    def write(language: Language) -> str:
        text = say(language, "processes.by-person", data_class=data_class)
        return f"{say(language, 'processes.other-terms')} {text}" if others else text

    return write_in_all(write)
