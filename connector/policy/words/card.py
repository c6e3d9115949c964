"""A policy as a card: what for, what not, how long, which duties, what it costs, what happens on withdrawal.

Made from the compiled normal form alone: names of rules and the order of what holds together do not show, every atom
does. Pure: standard library and msgspec only.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from connector.language.catalogue import Language
from connector.policy.compiling.checks import leaves
from connector.policy.compiling.compile import Compiled, CompiledDuty, CompiledRule
from connector.policy.model.model import ODRL, Constraint
from connector.policy.vocabulary.registry import Registry
from connector.policy.words import figures, tiers
from connector.policy.words.constraint import phrases, split_and
from connector.policy.words.rule import Manner, action, duty, manner, prohibition, say_shared, scope

CardQuestion: TypeAlias = Literal[
    "who", "what-for", "what-not", "how-long", "duties", "cost", "withdrawal", "enforcement"
]

_CONFLICTS = frozenset({"perm", "invalid"})
"""The strategies that need a sentence; that prohibitions take precedence is what everybody expects."""
_PASS_ON = ODRL + "distribute"
_MONEY = frozenset({"payAmount", "paymentState"})


class CardLine(msgspec.Struct, frozen=True):
    """One question, its label in the language, and the sentences that answer it."""

    question: CardQuestion
    label: str
    sentences: tuple[str, ...]


class Card(msgspec.Struct, frozen=True):
    """A policy in plain words; `text` is all lines, each with its label in front."""

    language: Language
    lines: tuple[CardLine, ...]
    text: str


class _Permission(msgspec.Struct, frozen=True, order=True):
    """What one permission says, by topic."""

    grant: tuple[str, ...]
    time: tuple[str, ...]
    cost: tuple[str, ...]
    first: tuple[str, ...]


def card(compiled: Compiled, language: Language) -> Card:
    """Put a policy on a card.

    Parameters:
        compiled: any policy, also a void one.
        language: `de` or `en`.
    """
    how = manner(compiled, language)
    permissions = sorted({_permission(rule, how) for rule in compiled.permissions})
    answers: dict[CardQuestion, list[str]] = {
        "what-for": _what_for(compiled, permissions, how),
        "what-not": _what_not(compiled, how),
        "how-long": _per_permission([entry.time for entry in permissions], how.say("policy.no-end")),
        "duties": _duties(compiled, permissions, how),
        "cost": _cost(compiled, permissions, how),
        "withdrawal": _withdrawal(compiled, how),
        "enforcement": _enforcement(compiled, how),
    }
    lines = [CardLine("who", how.say(f"policy.type-{compiled.policy.kind}"), tuple(_who(compiled, how)))]
    lines += [
        CardLine(question, how.say(f"policy.question-{question}"), tuple(said)) for question, said in answers.items()
    ]
    text = "\n".join(f"{line.label}: {' '.join(line.sentences)}" for line in lines)
    return Card(language, tuple(lines), text)


def _who(compiled: Compiled, how: Manner) -> list[str]:
    sentences = [how.grammar.end_sentence(entry) for entry in say_shared(how)]
    if compiled.policy.kind == "Offer":
        sentences.append(how.say("policy.not-agreed"))
    if compiled.policy.timestamp is not None:
        made = figures.moment(compiled.policy.timestamp, how.language)
        sentences.append(how.grammar.end_sentence(how.say("policy.made", at=made)))
    return sentences or [how.say("policy.own-data")]


def _permission(rule: CompiledRule, how: Manner) -> _Permission:
    by_topic: dict[str, list[Constraint]] = {"grant": [], "time": [], "cost": []}
    for constraint in split_and(rule.rule.constraint):
        by_topic[_topic(constraint, how.registry)].append(constraint)
    said = {topic: _sentences(entries, how) for topic, entries in by_topic.items()}
    plain = bool(rule.rule.action) and _is(rule, "use")
    head = how.say("policy.use-granted") if plain else how.say("policy.granted", action=action(rule.rule, how))
    end_sentence = how.grammar.end_sentence
    narrowed = tuple(end_sentence(entry) for entry in scope(rule.rule, how))
    first = sorted({end_sentence(how.say("policy.duty-first", duty=duty(entry, how))) for entry in rule.duties})
    return _Permission((head, *narrowed, *said["grant"]), said["time"], said["cost"], tuple(first))


def _sentences(constraints: Sequence[Constraint], how: Manner) -> tuple[str, ...]:
    return tuple(how.grammar.end_sentence(entry) for entry in phrases(constraints, how.registry, how.language))


def _topic(constraint: Constraint, registry: Registry) -> str:
    topics = set()
    for leaf in leaves(constraint):
        operand = registry.operands[leaf.left]
        timely = operand.source in {"clock", "counter"} or operand.code == "elapsed_time"
        topics.add("time" if timely else "cost" if operand.fact in _MONEY else "grant")
    return topics.pop() if len(topics) == 1 else "grant"


def _per_permission(sentences: Sequence[Sequence[str]], nothing: str = "") -> list[str]:
    """Return the sentences of each permission; with several, each permission has a number."""
    if len(sentences) == 1:
        return list(sentences[0]) or [nothing]
    numbered = [f"({number}) {' '.join(entry)}" for number, entry in enumerate(sentences, 1) if entry]
    return numbered or [nothing]


def _what_for(compiled: Compiled, permissions: Sequence[_Permission], how: Manner) -> list[str]:
    sentences = []
    if compiled.void is not None:
        sentences.append(how.say("policy.void-card"))
        if compiled.policy.replaced_by:
            successor = how.grammar.quote(compiled.policy.replaced_by)
            sentences.append(how.grammar.end_sentence(how.say("policy.replaced", policy=successor)))
    grants = [entry.grant for entry in permissions]
    return sentences + _per_permission(grants, how.say("policy.grants-nothing"))


def _what_not(compiled: Compiled, how: Manner) -> list[str]:
    bans = sorted({prohibition(rule.rule, rule.duties, how) for rule in compiled.prohibitions})
    sentences = [how.grammar.end_sentence(how.say("policy.forbidden", ban=ban)) for ban in bans]
    if compiled.permissions and not any(_is(rule, "use") for rule in compiled.permissions):
        sentences.append(how.say("policy.nothing-else"))
    elif compiled.permissions and not _never_passed_on(compiled, how):
        sentences.append(how.say("policy.passing-on"))
    if compiled.permissions and bans and compiled.conflict in _CONFLICTS:
        sentences.append(how.say(f"policy.conflict-{compiled.conflict}"))
    return sentences or [how.say("policy.no-prohibition")]


def _is(rule: CompiledRule, name: str) -> bool:
    return not rule.rule.action or rule.rule.action[0].iri == ODRL + name


def _never_passed_on(compiled: Compiled, how: Manner) -> bool:
    """Whether passing on is prohibited whatever the facts, the data and the party."""
    return {"target", "assignee"} <= set(how.common) and any(
        (rule.covers is None or _PASS_ON in rule.covers) and not (rule.ordered or rule.rows)
        for rule in compiled.prohibitions
    )


def _duties(compiled: Compiled, permissions: Sequence[_Permission], how: Manner) -> list[str]:
    others = [entry for entry in compiled.obligations if not _is_payment(entry)]
    sentences = sorted({how.grammar.end_sentence(_name_performer(entry, how)) for entry in others})
    first = [entry.first for entry in permissions]
    if any(first):
        sentences = _per_permission(first) + sentences
    return sentences or [how.say("policy.no-duty")]


def _name_performer(entry: CompiledDuty, how: Manner) -> str:
    here = tiers.duty_tier(entry) == "provider"
    return how.say("policy.duty-provider" if here else "policy.duty-you", duty=duty(entry, how))


def _is_payment(entry: CompiledDuty) -> bool:
    return bool(entry.duty.action) and entry.duty.action[0].iri == ODRL + "compensate"


def _cost(compiled: Compiled, permissions: Sequence[_Permission], how: Manner) -> list[str]:
    costs = [entry.cost for entry in permissions]
    payments = sorted(
        {how.grammar.end_sentence(duty(entry, how)) for entry in compiled.obligations if _is_payment(entry)}
    )
    sentences = _per_permission(costs) if any(costs) else []
    return sentences + payments or [how.say("policy.no-charge")]


def _withdrawal(compiled: Compiled, how: Manner) -> list[str]:
    sentences = [how.say("policy.delivery-ends")]
    if any(rule.rows for rule in (*compiled.permissions, *compiled.prohibitions)):
        sentences.append(how.say("policy.records-drop-out"))
    if any(tiers.duty_tier(entry) != "provider" for entry in compiled.obligations):
        sentences.append(how.say("policy.duties-remain"))
    return sentences


def _enforcement(compiled: Compiled, how: Manner) -> list[str]:
    beyond = tiers.list_beyond(compiled, how.language)
    sentences = [
        how.grammar.end_sentence(f"{tiers.label(tier, how.language)}: {', '.join(names)}")
        for tier, names in beyond.items()
        if names
    ]
    return [*sentences, how.say("policy.rest-checked" if sentences else "policy.all-checked")]
