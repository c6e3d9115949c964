"""A decision as a dry run: a participant, an action, a dataset and a time. Nothing is stored or counted.

An offer is decided as the later agreement. A fact that is not given is unknown, as at an access.
"""

import difflib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.library import Library
from connector.controlplane.judging.world import BYTE
from connector.controlplane.usecases import policies
from connector.language.catalogue import LANGUAGES
from connector.policy.analysis.why import find_ways
from connector.policy.compiling.compiled import Compiled, walk_duties
from connector.policy.deciding.decide import decide, explain
from connector.policy.model.decision import Verdict
from connector.policy.model.errors import PolicyError
from connector.policy.model.situation import Performance, Phase, Request, World
from connector.policy.model.values import Number, Text, Value
from connector.policy.vocabulary.names import expand
from connector.policy.vocabulary.registry import Operand
from connector.policy.vocabulary.sorts import coerce
from connector.policy.words import changes
from connector.policy.words.names import action_name
from connector.policy.words.reasons import reasons

MOST_CHANGES, MOST_FLIPS = 5, 400
PROVIDER = "urn:uuid:provider"
_FIRST_YEAR, _LAST_YEAR = 2, 9998


class TrialSituation(msgspec.Struct, frozen=True, kw_only=True):
    """The participant, the action, the dataset, the time, and the known facts.

    `facts` are texts by operand (`purpose`, `odrl:purpose`, `dk:role` …); `count` and `volume` are the use so far.
    `agreed_at` is the time of the agreement (default: now). `performed` maps performed duties, by action or by their
    identifier in the policy, to their times. `transforms` are the transforms that can be applied to the data (default:
    all); `rows` is whether single records can be filtered.
    """

    at: datetime
    participant: str = "urn:uuid:participant"
    action: str = "use"
    target: str = "urn:uuid:dataset"
    agreed_at: datetime | None = None
    facts: Mapping[str, tuple[str, ...]] = {}
    performed: Mapping[str, datetime] = {}
    transforms: frozenset[str] | None = None
    rows: bool = True


class VerdictChange(msgspec.Struct, frozen=True):
    """A time at which the verdict changes by time alone, and the new verdict."""

    at: datetime
    verdict: str


class TrialDecision(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a dry run: `verdict` is `permit` or `deny`.

    `codes` are the reasons for programs, `reasons` the same in words. `ways` are changes that would avoid a denial,
    `turns` the changes of the verdict by time alone. `duties` are the required duties, `transforms` the transforms of
    the data before the delivery.
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
    _check_times(situation)
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
    others = find_ways(compiled, found, request, world)
    operands = library.operands
    return TrialDecision(
        verdict=decision.verdict.value,
        codes=tuple(reason.code for reason in decision.reasons),
        reasons={language: reasons(found, operands, language) for language in LANGUAGES},
        ways={language: tuple(changes.way(way, operands, language) for way in others) for language in LANGUAGES},
        duties={
            language: tuple(action_name(task.action, operands, language) for task in decision.duties)
            for language in LANGUAGES
        },
        duty_actions=tuple(task.action for task in decision.duties),
        transforms=tuple(transform.name for transform in decision.transforms),
        valid_until=decision.valid_until,
        turns=_turns(compiled, request, world, decision.verdict),
        policy_hash=decision.policy_hash,
    )


def _check_times(situation: TrialSituation) -> None:
    """Raise Invalid for a time that leaves no day before or after it, in whichever zone its day is looked up."""
    times = [situation.at, *situation.performed.values()]
    if situation.agreed_at is not None:
        times.append(situation.agreed_at)
    if any(not _FIRST_YEAR <= at.year <= _LAST_YEAR for at in times):
        raise Invalid("time", "A time is outside of the years 2 to 9998: give one within them.")


def _compile_agreed(library: Library, policy: dict[str, Any], situation: TrialSituation) -> Compiled:
    """Compile a policy; an offer as the agreement between the provider and the participant."""
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
    every = frozenset(library.operands.transforms.values())
    oneself = _value(library, find_operand(library, "participant"), situation.participant)
    found: dict[str, tuple[Value, ...]] = {"participant": (oneself,), "recipient": (oneself,)}
    found |= {counter.fact: (Number(Decimal(0), "" if counter.step else BYTE),) for counter in compiled.counters}
    for name, texts in situation.facts.items():
        # The name of a counter is its operand, alone or with its rule.
        operand = find_operand(library, name.partition(":")[0] if name in found else name)
        values = tuple(_value(library, operand, text) for text in texts)
        if operand.source == "counter":
            counters = [counter.fact for counter in compiled.counters if _counts(counter.fact, operand)]
            found |= dict.fromkeys([name] if name in found else counters, values)
        else:
            found[operand.fact] = values
    return World(
        facts=found,
        agreed_at=situation.agreed_at or situation.at,
        zone=library.operands.zone,
        performed=_find_performed(library, compiled, situation),
        transforms=every if situation.transforms is None else situation.transforms,
        row_filters=situation.rows,
    )


def _find_performed(library: Library, compiled: Compiled, situation: TrialSituation) -> dict[str, Performance]:
    actions = library.operands.actions
    done = {actions.get(full := expand(name, {}), full): at for name, at in situation.performed.items()}
    duties = [duty for duty in walk_duties(compiled) if duty.role != "remedy"]
    found = {duty.duty.uid: done.get(duty.duty.action[0].iri, done.get(duty.duty.uid)) for duty in duties}
    return {uid: Performance(fulfilled_at=at) for uid, at in found.items() if at is not None}


def _counts(fact: str, operand: Operand) -> bool:
    return fact.partition(":")[0] == operand.fact


def find_operand(library: Library, name: str) -> Operand:
    """Return an operand by its IRI, its short form or its fact. Raises Invalid with the nearest name."""
    operands = library.operands.operands
    found = operands.get(expand(name, {}))
    found = found or next((operand for operand in operands.values() if operand.fact == name), None)
    if found is None:
        known = sorted({operand.fact for operand in operands.values()})
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}."
        raise Invalid("unknown-fact", f"Unknown fact {name[:100]}: {hint}")
    return found


def _value(library: Library, operand: Operand, text: str) -> Value:
    value = coerce(Text(text), operand, library.operands)
    if value is None:
        raise Invalid(
            "bad-fact", f"{text[:100]!r} is not a value of {operand.fact}: give a value of the sort {operand.sort}."
        )
    return value


def _turns(compiled: Compiled, request: Request, world: World, verdict: Verdict) -> tuple[VerdictChange, ...]:
    """Return the instants at which the verdict changes if only the time changes."""
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
