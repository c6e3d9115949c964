"""May X do Y with Z at T, and why: a decision as a dry run. Nothing is read from the store, counted or kept.

An offer is asked as the agreement it would become. What nobody says about the situation is unknown, as at an access.
"""

import difflib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.judging import facts, treatments
from connector.controlplane.judging.facts import BYTE, instant
from connector.controlplane.judging.judging import Judging
from connector.controlplane.judging.library import Library
from connector.controlplane.usecases import assets, policies
from connector.policy.analysis.why import ways
from connector.policy.compiling.compile import Compiled
from connector.policy.deciding.decide import decide, explain
from connector.policy.model.decision import Performance, Phase, PolicyError, Request, Verdict, World
from connector.policy.model.literals import lexical
from connector.policy.model.model import Number, Text, Value
from connector.policy.vocabulary.names import expand
from connector.policy.vocabulary.registry import Operand
from connector.policy.vocabulary.sorts import coerce
from connector.policy.words import changes
from connector.policy.words.names import action_name
from connector.policy.words.reasons import reasons
from connector.ports.entities import Agreement
from connector.protocol.dsp.common import Role
from connector.views.policies import TrialOrder

MOST_CHANGES, MOST_FLIPS = 5, 400
PROVIDER = "urn:uuid:provider"
# What a question says itself, and what no operand is named after.
_NOT_TRIED = frozenset({"participant", "recipient", "event.over"})


class TrialSituation(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to do what with which data, when, and what is known.

    `facts` are texts by operand (`purpose`, `odrl:purpose`, `dk:role` …); `count` and `volume` are what was used so
    far. `agreed_at` is when the agreement was made, now if left out. `performed` names duties that were performed, by
    action or by their name in the policy, and when. `transforms` are those that the data plane can apply, `rows` says
    whether it can leave out single records.
    """

    at: datetime
    participant: str = "urn:uuid:participant"
    action: str = "use"
    target: str = "urn:uuid:dataset"
    agreed_at: datetime | None = None
    facts: Mapping[str, tuple[str, ...]] = {}
    performed: Mapping[str, datetime] = {}
    transforms: frozenset[str] = treatments.TRANSFORMS
    rows: bool = True


class VerdictChange(msgspec.Struct, frozen=True):
    """When time alone changes the verdict, and to what."""

    at: datetime
    verdict: str


class TrialDecision(msgspec.Struct, frozen=True, kw_only=True):
    """`verdict` is `permit` or `deny`; `ways` say what would change a denial, `turns` what time alone changes.

    `codes` are the reasons for programs; `duties` is what has to be done, `transforms` what is done to the data on the
    way.
    """

    verdict: str
    codes: tuple[str, ...]
    reasons: dict[str, tuple[str, ...]]
    ways: dict[str, tuple[str, ...]]
    duties: dict[str, tuple[str, ...]]
    duty_actions: tuple[str, ...]
    transforms: tuple[str, ...]
    valid_until: datetime | None
    turns: tuple[VerdictChange, ...]
    policy_hash: str


def answer(library: Library, policy: dict[str, Any], situation: TrialSituation) -> TrialDecision:
    """Decide a situation under a policy, at access. Raises Invalid."""
    compiled = _compile_agreed(library, policy, situation)
    request = Request(
        action=expand(situation.action, {}) if ":" in situation.action else situation.action,
        target=situation.target,
        assignee=situation.participant,
        at=situation.at,
    )
    world = _world(library, compiled, situation)
    found = explain(compiled, request, world, Phase.ACCESS)
    decision = found.decision
    others = ways(compiled, found, request, world)
    operands = library.operands
    return TrialDecision(
        verdict=decision.verdict.value,
        codes=tuple(reason.code for reason in decision.reasons),
        reasons={language: reasons(found, operands, language) for language in policies.LANGUAGES},
        ways={
            language: tuple(changes.way(way, operands, language) for way in others) for language in policies.LANGUAGES
        },
        duties={
            language: tuple(action_name(task.action, operands, language) for task in decision.duties)
            for language in policies.LANGUAGES
        },
        duty_actions=tuple(task.action for task in decision.duties),
        transforms=tuple(transform.name for transform in decision.transforms),
        valid_until=decision.valid_until,
        turns=_turns(compiled, request, world, decision.verdict),
        policy_hash=decision.policy_hash,
    )


async def decide_question(judging: Judging, question: TrialOrder) -> TrialDecision:
    """Decide what is asked at this connector. Raises Invalid, NotFound."""
    if sum(given is not None for given in (question.policy, question.asset, question.agreement)) != 1:
        raise Invalid("policy", "Say under which terms: one of policy, asset or agreement.")
    at = question.at or instant(judging.context.now())
    situation = TrialSituation(
        at=at, action=question.action, agreed_at=question.agreed_at, performed=question.performed
    )
    participant, target, known = question.participant, question.target, dict[str, tuple[str, ...]]()
    policy = question.policy or {}
    if question.asset is not None:
        asset = await assets.get(judging.context, question.asset)
        policy, target = msgspec.json.decode(asset.policy), target or asset.id
        data = treatments.to_data(asset)
        known |= _read(facts.Situation(participant="", claims={}, media_type=asset.media_type, stated=asset.stated))
        situation = msgspec.structs.replace(situation, transforms=data.transforms, rows=data.rows)
    if question.agreement is not None:
        agreement = await judging.context.store.agreement(judging.context.owner, question.agreement)
        if agreement is None:
            raise NoSuchEntity("no-agreement", f"There is no agreement {question.agreement}: list them to see which.")
        usage = await judging.context.store.usage(agreement.owner, agreement.id)
        policy, target = msgspec.json.decode(agreement.document), target or agreement.dataset
        consumer = agreement.counterparty if agreement.role is Role.PROVIDER else judging.context.participant
        participant = participant or consumer
        recent = await judging.context.store.recent(agreement.owner, agreement.id, judging.context.now())
        known |= {
            "count": (str(usage.uses),),
            "volume": (str(usage.bytes_moved),),
            "requestsPerHour": (str(recent.uses),),
        }
        known |= await _find_known(judging, agreement)
        if question.agreed_at is None:
            situation = msgspec.structs.replace(situation, agreed_at=instant(agreement.agreed_at))
    if participant is not None:
        listed = judging.directory.participant(participant)
        claims = listed.claims if listed else {}
        known |= {name: tuple(values) for name, values in claims.items() if name in judging.library.claims}
        situation = msgspec.structs.replace(situation, participant=participant)
    situation = msgspec.structs.replace(
        situation, target=target or situation.target, facts=known | _to_facts(judging.library, question.facts)
    )
    return answer(judging.library, policy, situation)


async def _find_known(judging: Judging, agreement: Agreement) -> dict[str, tuple[str, ...]]:
    """Return what our people recorded for an agreement, and what is known of its data."""
    asset = await judging.context.store.asset(agreement.owner, agreement.dataset)
    situation = facts.Situation(
        participant="",
        claims={},
        now=judging.context.now(),
        media_type=asset.media_type if asset else None,
        stated=asset.stated if asset else None,
        changed_at=await judging.changed_at(asset.source) if asset else None,
        payments=await judging.context.store.payments(agreement.owner, agreement.id),
        events=await judging.context.store.events(agreement.owner),
    )
    return _read(situation)


def _read(situation: facts.Situation) -> dict[str, tuple[str, ...]]:
    """Return the facts of a situation as texts; who asks is said by the question."""
    found = {name: read(situation) for name, read in facts.FACTS.items() if name not in _NOT_TRIED}
    return {name: tuple(lexical(value)[0] for value in values) for name, values in found.items() if values is not None}


def _to_facts(library: Library, given: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {
        name if ":" in name and "/" in name else _operand(library, name).fact: texts for name, texts in given.items()
    }


def _compile_agreed(library: Library, policy: dict[str, Any], situation: TrialSituation) -> Compiled:
    """Compile a policy; an offer as the agreement between the provider and whoever asks."""
    known = policies.read(library, policy)
    if known.policy.kind != "Offer":
        return known
    offer = policies.document(policy)
    made = documents.make_agreement(
        offer,
        agreement_id="urn:uuid:trial",
        target=situation.target,
        assigner=documents.read_member(offer, "assigner") or PROVIDER,
        assignee=situation.participant,
        now=0,
    )
    compiled = library.compile(made)
    if isinstance(compiled, PolicyError):
        raise Invalid(compiled.code, compiled.sentence)
    return compiled


def _world(library: Library, compiled: Compiled, situation: TrialSituation) -> World:
    oneself = _value(library, _operand(library, "participant"), situation.participant)
    found: dict[str, tuple[Value, ...]] = {"participant": (oneself,), "recipient": (oneself,)}
    found |= {counter.fact: (Number(Decimal(0), "" if counter.step else BYTE),) for counter in compiled.counters}
    for name, texts in situation.facts.items():
        # A counter is named alone, or with the rule that it belongs to.
        operand = _operand(library, name.partition(":")[0] if name in found else name)
        values = tuple(_value(library, operand, text) for text in texts)
        if operand.source == "counter":
            counters = [counter.fact for counter in compiled.counters if _counts(counter.fact, operand)]
            found |= dict.fromkeys([name] if name in found else counters, values)
        else:
            found[operand.fact] = values
    return World(
        facts=found,
        agreed_at=situation.agreed_at or situation.at,
        performed=_find_performed(library, compiled, situation),
        transforms=situation.transforms,
        row_filters=situation.rows,
    )


def _find_performed(library: Library, compiled: Compiled, situation: TrialSituation) -> dict[str, Performance]:
    actions = library.operands.actions
    done = {actions.get(full := expand(name, {}), full): at for name, at in situation.performed.items()}
    duties = [*compiled.obligations, *(duty for rule in compiled.permissions for duty in rule.duties)]
    found = {duty.duty.uid: done.get(duty.duty.action[0].iri, done.get(duty.duty.uid)) for duty in duties}
    return {uid: Performance(fulfilled_at=at) for uid, at in found.items() if at is not None}


def _counts(fact: str, operand: Operand) -> bool:
    return fact.partition(":")[0] == operand.fact


def _operand(library: Library, name: str) -> Operand:
    """Find an operand by its IRI, its short form or the name of its fact. Raises Invalid with the nearest."""
    operands = library.operands.operands
    found = operands.get(expand(name, {}))
    found = found or next((operand for operand in operands.values() if operand.fact == name), None)
    if found is None:
        known = sorted({operand.fact for operand in operands.values()})
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}."
        raise Invalid("unknown-fact", f"There is no fact {name[:100]}: {hint}")
    return found


def _value(library: Library, operand: Operand, text: str) -> Value:
    value = coerce(Text(text), operand, library.operands)
    if value is None:
        raise Invalid("bad-fact", f"{text[:100]!r} is no value of {operand.fact}: it is of the sort {operand.sort}.")
    return value


def _turns(compiled: Compiled, request: Request, world: World, verdict: Verdict) -> tuple[VerdictChange, ...]:
    """Follow the time as long as nothing else changes: at which instants the verdict turns."""
    found: list[VerdictChange] = []
    for _ in range(MOST_FLIPS):
        until = decide(compiled, request, world, Phase.ACCESS).valid_until
        if until is None or len(found) >= MOST_CHANGES:
            break
        request = msgspec.structs.replace(request, at=until)
        now = decide(compiled, request, world, Phase.ACCESS).verdict
        if now is not verdict:
            found.append(VerdictChange(until, now.value))
            verdict = now
    return tuple(found)
