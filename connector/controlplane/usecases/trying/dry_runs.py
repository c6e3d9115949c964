"""A dry run at this connector: with a policy, the policy of an asset, or an agreement, and the stored facts."""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from connector.controlplane.core.errors import Invalid
from connector.controlplane.core.instants import instant
from connector.controlplane.core.lookup import find_agreement, find_asset
from connector.controlplane.judging import facts, situations
from connector.controlplane.judging.declared import find_purpose
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.library import Library, evaluate
from connector.controlplane.judging.treating import known_data
from connector.controlplane.usecases.trying.trials import TrialDecision, TrialSituation, answer, find_operand
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.literals import to_lexical
from connector.ports.entities import Asset, Payment
from connector.protocol.dsp.common import Role
from connector.views.policies import TrialOrder

# Facts that the question itself gives, and a fact without an operand of its name.
_NOT_TRIED = frozenset({"participant", "recipient", "event.over"})


async def decide_question(evaluator: Evaluator, question: TrialOrder) -> TrialDecision:
    """Decide a question at this connector. Raises Invalid, NoSuchEntity."""
    if sum(given is not None for given in (question.policy, question.asset, question.agreement)) != 1:
        raise Invalid("policy", "The policy is missing or given twice: give one of policy, asset or agreement.")
    at = question.at or instant(evaluator.context.now())
    situation = TrialSituation(
        at=at, action=question.action, agreed_at=question.agreed_at, performed=question.performed
    )
    participant, target, known = question.participant, question.target, dict[str, tuple[str, ...]]()
    policy = question.policy or {}
    if question.asset is not None:
        asset = await find_asset(evaluator.context, question.asset)
        policy, target = msgspec.json.decode(asset.policy), target or asset.id
        data = known_data.to_data(asset)
        known |= await _find_known(evaluator, asset)
        transforms = data.transforms(evaluator.library.operands)
        situation = msgspec.structs.replace(situation, transforms=transforms, rows=data.rows)
    if question.agreement is not None:
        agreement = await find_agreement(evaluator.context, question.agreement)
        usage = await evaluator.context.store.usage(agreement.owner, agreement.key)
        policy, target = msgspec.json.decode(agreement.document), target or agreement.dataset
        consumer = agreement.counterparty if agreement.role is Role.PROVIDER else evaluator.context.participant
        participant = participant or consumer
        recent = await evaluator.context.store.recent(agreement.owner, agreement.key, evaluator.context.now())
        known |= {
            "count": (str(usage.uses),),
            "volume": (str(usage.bytes_moved),),
            "requestsPerHour": (str(recent.uses),),
        }
        within = await situations.find_within(evaluator, agreement, frozenset(facts.PERIOD_OF))
        known |= {fact: (str(within[period].uses),) for fact, period in facts.PERIOD_OF.items()}
        store = evaluator.context.store
        offered = await store.asset(agreement.owner, agreement.dataset)
        known |= await _find_known(evaluator, offered, await store.payments(agreement.owner, agreement.key))
        compiled = await evaluator.library.prepare(agreement.document)
        stated = find_purpose(compiled) if isinstance(compiled, Compiled) else None
        known |= {"purpose": (stated,)} if stated is not None else {}
        if question.agreed_at is None:
            situation = msgspec.structs.replace(situation, agreed_at=instant(agreement.agreed_at))
    if participant is not None:
        listed = evaluator.directory.participant(participant)
        claims = listed.claims if listed else {}
        known |= {name: tuple(values) for name, values in claims.items() if name in evaluator.library.claims}
        situation = msgspec.structs.replace(situation, participant=participant)
    situation = msgspec.structs.replace(
        situation, target=target or situation.target, facts=known | _to_facts(evaluator.library, question.facts)
    )
    work = partial(answer, evaluator.library, policy, situation)
    return await evaluate(work, msgspec.json.encode(policy))


async def _find_known(
    evaluator: Evaluator, asset: Asset | None, payments: Sequence[Payment] | None = None
) -> dict[str, tuple[str, ...]]:
    """Return the facts that are recorded: of the data, the events, and the payments under an agreement."""
    situation = facts.Situation(
        participant="",
        claims={},
        now=evaluator.context.now(),
        media_type=asset.media_type if asset else None,
        stated=asset.stated if asset else None,
        changed_at=await evaluator.changed_at(asset.source) if asset else None,
        payments=payments,
        events=await evaluator.context.store.events(evaluator.context.owner),
    )
    return _read(situation)


def _read(situation: facts.Situation) -> dict[str, tuple[str, ...]]:
    """Return the facts of a situation as texts, without those of the participant, which the question gives."""
    found = {name: read(situation) for name, read in facts.FACTS.items() if name not in _NOT_TRIED}
    return {
        name: tuple(to_lexical(value)[0] for value in values) for name, values in found.items() if values is not None
    }


def _to_facts(library: Library, given: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {
        name if ":" in name and "/" in name else find_operand(library, name).fact: texts
        for name, texts in given.items()
    }
