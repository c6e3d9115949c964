"""A policy as a card: purposes, prohibitions, times, duties, costs, the effect of a withdrawal, enforcement.

The card comes from the compiled normal form alone. Every atom has a phrase; the names of rules and the order of
constraints do not show. Pure: standard library and msgspec only.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import msgspec

from connector.language.catalogue import Language
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule, walk_duties
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.policy import ODRL, Constraint
from connector.policy.model.values import Instant
from connector.policy.vocabulary.registry import Registry
from connector.policy.words import access, figures, tiers
from connector.policy.words.constraint import split_and
from connector.policy.words.limits import (
    MONEY,
    find_latest_end,
    is_granting,
    is_limited,
    is_overruled,
    is_paid,
    is_payment,
    is_timely,
)
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
    'What for: You may use the data. Purpose: marketing. Passing on is part of use.'
    """
    wording = make_wording(compiled, language)
    permissions = sorted({_permission(compiled, rule, wording) for rule in compiled.permissions})
    answers: dict[CardQuestion, list[str]] = {
        "what-for": _what_for(compiled, permissions, wording),
        "what-not": _what_not(compiled, wording),
        "how-long": _how_long(compiled, permissions, wording),
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
        made = figures.write_instant(Instant(compiled.policy.timestamp), wording.language, wording.registry.zone)
        sentences.append(wording.end_sentence(wording.say("policy.made", at=made)))
    return sentences or [wording.say("policy.own-data")]


def _permission(compiled: Compiled, rule: CompiledRule, wording: Wording) -> _Permission:
    by_topic: dict[str, list[Constraint]] = {"grant": [], "time": [], "cost": []}
    for constraint in split_and(rule.rule.constraint):
        by_topic[_topic(constraint, wording.registry)].append(constraint)
    topics = {topic: _sentences(entries, wording) for topic, entries in by_topic.items()}
    key = "policy.use-granted" if bool(rule.rule.action) and _is(rule, "use") else "policy.granted"
    key = "policy.overruled" if is_overruled(compiled, rule) else key
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
        topics.add("time" if is_timely(operand) else "cost" if operand.fact in MONEY else "grant")
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
    sentences += _per_permission(grants, wording.say("policy.grants-nothing"))
    if _may_pass_on(compiled, wording):
        sentences.append(wording.say("policy.passing-on"))
    return sentences


def _what_not(compiled: Compiled, wording: Wording) -> list[str]:
    bans = sorted({write_prohibition(rule.rule, rule.duties, wording) for rule in compiled.prohibitions})
    key = "policy.forbidden-perm" if compiled.conflict == "perm" else "policy.forbidden"
    sentences = [wording.end_sentence(wording.say(key, ban=ban)) for ban in bans]
    if not is_granting(compiled):
        return sentences or [wording.say("policy.not-applicable")]
    if not any(_is(rule, "use") for rule in compiled.permissions):
        sentences.append(wording.say("policy.nothing-else"))
    if bans and compiled.conflict in _CONFLICTS:
        sentences.append(wording.say(f"policy.conflict-{compiled.conflict}"))
    return sentences or [wording.say("policy.no-prohibition")]


def _is(rule: CompiledRule, name: str) -> bool:
    return not rule.rule.action or rule.rule.action[0].iri == ODRL + name


def _may_pass_on(compiled: Compiled, wording: Wording) -> bool:
    """Return whether passing on is a part of what is granted, unless a prohibition applies."""
    granted = is_granting(compiled) and any(_is(rule, "use") for rule in compiled.permissions)
    return granted and not _never_passed_on(compiled, wording)


def _never_passed_on(compiled: Compiled, wording: Wording) -> bool:
    """Return whether passing on is prohibited for all facts, data and parties."""
    if compiled.conflict == "perm" or not {"target", "assignee"} <= set(wording.common):
        return False
    return any(
        (rule.covers is None or _PASS_ON in rule.covers) and not (rule.ordered or rule.rows)
        for rule in compiled.prohibitions
    )


def _how_long(compiled: Compiled, permissions: Sequence[_Permission], wording: Wording) -> list[str]:
    if not is_granting(compiled):
        return [wording.say("policy.not-applicable")]
    times = [entry.time for entry in permissions]
    sentences = _per_permission(times) if any(times) else []
    if sentences and all(times):
        return sentences
    end = find_latest_end(compiled)
    if end is not None:
        at = figures.write_local(end, wording.language, wording.registry.zone)
        return [*sentences, wording.end_sentence(wording.say("policy.latest-end", at=at))]
    return sentences or [wording.say("policy.limited-above" if is_limited(compiled) else "policy.no-end")]


def _duties(compiled: Compiled, permissions: Sequence[_Permission], wording: Wording) -> list[str]:
    sentences = sorted({wording.end_sentence(_name_performer(entry, wording)) for entry in compiled.obligations})
    first = [entry.first for entry in permissions]
    if any(first):
        sentences = _per_permission(first) + sentences
    return sentences or [wording.say("policy.no-duty")]


def _name_performer(entry: CompiledDuty, wording: Wording) -> str:
    here = tiers.find_duty_tier(entry) == "provider"
    return wording.say("policy.duty-provider" if here else "policy.duty-you", duty=write_duty(entry, wording))


def _cost(compiled: Compiled, permissions: Sequence[_Permission], wording: Wording) -> list[str]:
    costs = [entry.cost for entry in permissions]
    sentences = _per_permission(costs) if any(costs) else []
    sentences += sorted({wording.end_sentence(text) for text in _list_payments(compiled, wording)})
    if sentences:
        return sentences
    if is_paid(compiled):
        return [wording.say("policy.paid-above")]
    return [wording.say("policy.no-charge" if is_granting(compiled) else "policy.not-applicable")]


def _list_payments(compiled: Compiled, wording: Wording) -> Iterator[str]:
    """Yield the payments that duties demand, with their place: before use, at any time, or after a breach."""
    for duty in walk_duties(compiled):
        if is_payment(duty):
            key = {"duty": "policy.duty-first", "remedy": "policy.after-breach"}.get(duty.role)
            text = write_duty(duty, wording)
            yield wording.say(key, duty=text) if key else text
        for late in filter(is_payment, duty.consequences):
            yield wording.say("policy.else-also", duty=write_duty(late, wording))


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
