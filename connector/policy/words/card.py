"""A policy as a card: purposes, prohibitions, times, duties, costs, the effect of a withdrawal, enforcement.

The card comes from the compiled normal form alone. Every atom has a phrase; the names of rules and the order of
constraints do not show. Pure: standard library and msgspec only.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from connector.language.catalogue import Language
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.policy import ODRL, Constraint
from connector.policy.vocabulary.registry import Registry
from connector.policy.words import access, figures, tiers
from connector.policy.words.constraint import split_and
from connector.policy.words.rule import (
    Wording,
    list_scope,
    list_shared,
    make_wording,
    write_action,
    write_duty,
    write_prohibition,
)

CardQuestion: TypeAlias = Literal[
    "who", "what-for", "what-not", "how-long", "duties", "cost", "withdrawal", "enforcement"
]

_CONFLICTS = frozenset({"perm", "invalid"})
"""The strategies that the card mentions; the precedence of prohibitions is the expected one."""
_PASS_ON = ODRL + "distribute"
_MONEY = frozenset({"payAmount", "paymentState"})


class CardLine(msgspec.Struct, frozen=True):
    """One question, its label in the language, and the sentences that answer it."""

    question: CardQuestion
    label: str
    sentences: tuple[str, ...]


class Card(msgspec.Struct, frozen=True):
    """A policy in plain language; `text` contains all lines, each with its label."""

    language: Language
    lines: tuple[CardLine, ...]
    text: str


class _Permission(msgspec.Struct, frozen=True, order=True):
    """The sentences of one permission, by topic."""

    grant: tuple[str, ...]
    time: tuple[str, ...]
    cost: tuple[str, ...]
    first: tuple[str, ...]


def card(compiled: Compiled, language: Language) -> Card:
    """Describe a policy on a card.

    Parameters:
        compiled: any policy, also a void one.
        language: the language of the card.

    >>> card(compiled("odrl:purpose isA dpv:Marketing"), "en").text.splitlines()[1]
    'What for: You may use the data. Purpose: marketing.'
    """
    wording = make_wording(compiled, language)
    permissions = sorted({_permission(rule, wording) for rule in compiled.permissions})
    answers: dict[CardQuestion, list[str]] = {
        "what-for": _what_for(compiled, permissions, wording),
        "what-not": _what_not(compiled, wording),
        "how-long": _per_permission([entry.time for entry in permissions], wording.say("policy.no-end")),
        "duties": _duties(compiled, permissions, wording),
        "cost": _cost(compiled, permissions, wording),
        "withdrawal": _withdrawal(compiled, wording),
        "enforcement": _enforcement(compiled, wording),
    }
    lines = [CardLine("who", wording.say(f"policy.type-{compiled.policy.kind}"), tuple(_who(compiled, wording)))]
    lines += [
        CardLine(question, wording.say(f"policy.question-{question}"), tuple(sentences))
        for question, sentences in answers.items()
    ]
    text = "\n".join(f"{line.label}: {' '.join(line.sentences)}" for line in lines)
    return Card(language, tuple(lines), text)


def _who(compiled: Compiled, wording: Wording) -> list[str]:
    sentences = [wording.end_sentence(entry) for entry in list_shared(wording)]
    if compiled.policy.kind == "Offer":
        sentences.append(wording.say("policy.not-agreed"))
    if compiled.policy.timestamp is not None:
        made = figures.write_moment(compiled.policy.timestamp, wording.language)
        sentences.append(wording.end_sentence(wording.say("policy.made", at=made)))
    return sentences or [wording.say("policy.own-data")]


def _permission(rule: CompiledRule, wording: Wording) -> _Permission:
    by_topic: dict[str, list[Constraint]] = {"grant": [], "time": [], "cost": []}
    for constraint in split_and(rule.rule.constraint):
        by_topic[_topic(constraint, wording.registry)].append(constraint)
    topics = {topic: _sentences(entries, wording) for topic, entries in by_topic.items()}
    plain = bool(rule.rule.action) and _is(rule, "use")
    key = "policy.use-granted" if plain else "policy.granted"
    head = wording.say(key, action=write_action(rule.rule, wording))
    scope = tuple(wording.end_sentence(entry) for entry in list_scope(rule.rule, wording))
    duties = {wording.say("policy.duty-first", duty=write_duty(entry, wording)) for entry in rule.duties}
    first = sorted(wording.end_sentence(duty) for duty in duties)
    return _Permission((head, *scope, *topics["grant"]), topics["time"], topics["cost"], tuple(first))


def _sentences(constraints: Sequence[Constraint], wording: Wording) -> tuple[str, ...]:
    return tuple(wording.end_sentence(entry) for entry in wording.write_constraints(constraints))


def _topic(constraint: Constraint, registry: Registry) -> str:
    topics = set()
    for leaf in walk_leaves(constraint):
        operand = registry.operands[leaf.left]
        timely = operand.source in {"clock", "counter"} or operand.code == "elapsed_time"
        topics.add("time" if timely else "cost" if operand.fact in _MONEY else "grant")
    return topics.pop() if len(topics) == 1 else "grant"


def _per_permission(sentences: Sequence[Sequence[str]], nothing: str = "") -> list[str]:
    """Return the sentences of each permission; several permissions are numbered."""
    if len(sentences) == 1:
        return list(sentences[0]) or [nothing]
    numbered = [f"({number}) {' '.join(entry)}" for number, entry in enumerate(sentences, 1) if entry]
    return numbered or [nothing]


def _what_for(compiled: Compiled, permissions: Sequence[_Permission], wording: Wording) -> list[str]:
    sentences = []
    if compiled.void is not None:
        sentences.append(wording.say("policy.void-card"))
        if compiled.policy.replaced_by:
            successor = wording.grammar.quote(compiled.policy.replaced_by)
            sentences.append(wording.end_sentence(wording.say("policy.replaced", policy=successor)))
        return sentences
    grants = [entry.grant for entry in permissions]
    return sentences + _per_permission(grants, wording.say("policy.grants-nothing"))


def _what_not(compiled: Compiled, wording: Wording) -> list[str]:
    bans = sorted({write_prohibition(rule.rule, rule.duties, wording) for rule in compiled.prohibitions})
    sentences = [wording.end_sentence(wording.say("policy.forbidden", ban=ban)) for ban in bans]
    if compiled.permissions and not any(_is(rule, "use") for rule in compiled.permissions):
        sentences.append(wording.say("policy.nothing-else"))
    elif compiled.permissions and not _never_passed_on(compiled, wording):
        sentences.append(wording.say("policy.passing-on"))
    if compiled.permissions and bans and compiled.conflict in _CONFLICTS:
        sentences.append(wording.say(f"policy.conflict-{compiled.conflict}"))
    return sentences or [wording.say("policy.no-prohibition")]


def _is(rule: CompiledRule, name: str) -> bool:
    return not rule.rule.action or rule.rule.action[0].iri == ODRL + name


def _never_passed_on(compiled: Compiled, wording: Wording) -> bool:
    """Return whether passing on is prohibited for all facts, data and parties."""
    return {"target", "assignee"} <= set(wording.common) and any(
        (rule.covers is None or _PASS_ON in rule.covers) and not (rule.ordered or rule.rows)
        for rule in compiled.prohibitions
    )


def _duties(compiled: Compiled, permissions: Sequence[_Permission], wording: Wording) -> list[str]:
    others = [entry for entry in compiled.obligations if not _is_payment(entry)]
    sentences = sorted({wording.end_sentence(_name_performer(entry, wording)) for entry in others})
    first = [entry.first for entry in permissions]
    if any(first):
        sentences = _per_permission(first) + sentences
    return sentences or [wording.say("policy.no-duty")]


def _name_performer(entry: CompiledDuty, wording: Wording) -> str:
    here = tiers.find_duty_tier(entry) == "provider"
    return wording.say("policy.duty-provider" if here else "policy.duty-you", duty=write_duty(entry, wording))


def _is_payment(entry: CompiledDuty) -> bool:
    return bool(entry.duty.action) and entry.duty.action[0].iri == ODRL + "compensate"


def _cost(compiled: Compiled, permissions: Sequence[_Permission], wording: Wording) -> list[str]:
    costs = [entry.cost for entry in permissions]
    payments = sorted(
        {wording.end_sentence(write_duty(entry, wording)) for entry in compiled.obligations if _is_payment(entry)}
    )
    sentences = _per_permission(costs) if any(costs) else []
    return sentences + payments or [wording.say("policy.no-charge")]


def _withdrawal(compiled: Compiled, wording: Wording) -> list[str]:
    sentences = [wording.say("policy.delivery-ends")]
    if any(rule.rows for rule in (*compiled.permissions, *compiled.prohibitions)):
        sentences.append(wording.say("policy.records-drop-out"))
    if any(tiers.find_duty_tier(entry) != "provider" for entry in compiled.obligations):
        sentences.append(wording.say("policy.duties-remain"))
    return sentences


def _enforcement(compiled: Compiled, wording: Wording) -> list[str]:
    beyond = tiers.list_beyond(compiled, wording.language)
    sentences = [
        wording.end_sentence(f"{tiers.name_tier(tier, wording.language)}: {', '.join(names)}")
        for tier, names in beyond.items()
        if names
    ]
    names = access.list_rechecked(compiled, wording.language)
    if names:
        sentences.append(wording.say("policy.at-each-access", names=", ".join(names)))
    return [*sentences, wording.say("policy.rest-checked" if any(beyond.values()) else "policy.all-checked")]
