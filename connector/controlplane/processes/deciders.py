"""Decides the next step of a process by policy, and holds it for a person if the operator requires that.

This implements the port `Decider`; a test script is another implementation. A Hold is a stored row. The answer of a
person is a step of the state machine (`controlplane.usecases.negotiation`), not a flag.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from connector.controlplane.core import documents, offers
from connector.controlplane.core.lookup import find_agreement_of
from connector.controlplane.enforcing import performing
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging import judgement, situations
from connector.controlplane.judging.library import evaluate
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
from connector.ports.entities import Asset, DataClass
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import PUSH, Transfer, TransferState

DeciderAnswer = Proceed | HoldFor | Wait


@dataclass(frozen=True)
class ByPolicy:
    """Decides by policy; holds for a person the data classes in `approve`, and cases that policies leave undecided."""

    enforcer: Enforcer
    approve: frozenset[DataClass] = frozenset({DataClass.CONFIDENTIAL, DataClass.PERSONAL})

    async def decide(self, process: AnyProcess, now: int) -> DeciderAnswer:
        """Return the next step of a process that has nothing pending."""
        if isinstance(process, Negotiation):
            if process.role is Role.PROVIDER:
                return await self._provide(process, now)
            return await evaluate(partial(self._consume, process), process.offer, process.agreement or b"")
        return await self._transfer(process)

    async def _provide(self, process: Negotiation, now: int) -> DeciderAnswer:
        if process.state == NegotiationState.VERIFIED:
            return Proceed(Finalize())
        if process.state not in {NegotiationState.REQUESTED, NegotiationState.ACCEPTED}:
            return Wait()
        asset = await self.enforcer.context.store.asset(process.owner, process.dataset)
        if not offers.is_offered(asset):
            return Proceed(Terminate("withdrawn", "The offer was withdrawn."), _record_rule("withdrawn"))
        return await evaluate(partial(self._answer_consumer, process, asset, now), process.offer, asset.policy)

    def _answer_consumer(self, process: Negotiation, asset: Asset, now: int) -> DeciderAnswer:
        situation = situations.build_for_peer(process.peer, situations.parse_claims(process.evidence), asset, now)
        # An accepted offer is the provider's own; a person may have offered another policy than that of the asset.
        accepted = process.state == NegotiationState.ACCEPTED
        others = not accepted and not documents.has_same_rules(process.offer, asset.policy)
        if not others:
            # What is signed is decided, in the words of the process.
            verdict = judgement.judge(self.enforcer.evaluator, process.offer, situation, asset.id, Phase.NEGOTIATION)
            if verdict.denied:
                return counter_offers.end(judgement.choose_code(verdict), verdict.reasons, verdict.record)
            answer: Proceed | HoldFor = Proceed(Agree(), verdict.record)
        else:
            answer = counter_offers.provide(self.enforcer.evaluator, process, asset, situation)
        if isinstance(answer, HoldFor) or isinstance(answer.step, Terminate) or asset.data_class not in self.approve:
            return answer
        if accepted:
            return answer  # a person of this side has offered just this, or approved that it is offered
        return counter_offers.hold(_say_by_person(asset.data_class, others=others), "provider", answer.judged)

    def _consume(self, process: Negotiation) -> DeciderAnswer:
        if process.state == NegotiationState.OFFERED:
            return counter_offers.consume(self.enforcer.evaluator, process) or Proceed(Accept())
        if process.state != NegotiationState.AGREED:
            return Wait()
        document = process.agreement or b"{}"
        if not documents.has_same_rules(document, process.offer) or documents.has_other_names(document, process.offer):
            end = Terminate(
                "other-terms",
                "The rules of the agreement differ from the accepted offer: send an agreement with the same rules.",
            )
            return Proceed(end, _record_rule(end.code))
        expected = (process.peer, self.enforcer.context.participant, process.dataset)
        agreed = msgspec.json.decode(document)
        if (agreed.get("assigner"), agreed.get("assignee"), agreed.get("target")) != expected:
            end = Terminate(
                "other-parties",
                "The agreement names other parties or another dataset: send an agreement on the accepted offer.",
            )
            return Proceed(end, _record_rule(end.code))
        return counter_offers.refuse_terms(self.enforcer.evaluator, process, document) or Proceed(Verify())

    async def _transfer(self, process: Transfer) -> DeciderAnswer:
        if process.role is Role.PROVIDER and process.state == TransferState.REQUESTED:
            verdict = await performing.permit_transfer(self.enforcer, process)
            if verdict.denied:
                return counter_offers.end(judgement.choose_code(verdict), verdict.reasons, verdict.record)
            return Proceed(Start())
        if process.role is Role.PROVIDER and process.state == TransferState.SUSPENDED:
            agreement = await find_agreement_of(self.enforcer.context, process)
            refused = await judgement.judge_standing(self.enforcer.evaluator, agreement)
            if refused is not None:
                return counter_offers.end(judgement.choose_code(refused), refused.reasons, refused.record)
            if process.suspended_by is process.role and process.data_address is None and process.format != PUSH:
                return Proceed(Start())  # the data plane that had its address is gone
        return Wait()


def _record_rule(code: str) -> dict[str, Any]:
    """Return the record of a decision that no policy took."""
    return {"verdict": "deny", "reasons": [code]}


def _say_by_person(data_class: DataClass, *, others: bool) -> dict[str, str]:
    def write(language: Language) -> str:
        text = say(language, "processes.by-person", data_class=say(language, f"values.{data_class}"))
        return f"{say(language, 'processes.other-terms')} {text}" if others else text

    return write_in_all(write)
