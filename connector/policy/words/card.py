"""A policy as a card: what for, what not, how long, which duties, what it costs, what happens on withdrawal.

Made from the compiled normal form alone: names of rules and the order of what holds together do not show, every atom
does. Pure: standard library and msgspec only.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from connector.policy.compiling.checks import leaves
from connector.policy.compiling.compile import Compiled, CompiledDuty, CompiledRule
from connector.policy.model.model import ODRL, Constraint
from connector.policy.vocabulary.registry import Registry
from connector.policy.words import figures, tiers
from connector.policy.words.constraint import phrases, split_and
from connector.policy.words.language import Language, Pair, choose, full_stop, quote
from connector.policy.words.rule import Manner, action, duty, manner, prohibition, say_shared, scope

CardQuestion: TypeAlias = Literal[
    "who", "what-for", "what-not", "how-long", "duties", "cost", "withdrawal", "enforcement"
]

_LABELS: dict[CardQuestion, Pair] = {
    "what-for": ("Wofür", "What for"),
    "what-not": ("Was nicht", "What not"),
    "how-long": ("Wie lange", "How long"),
    "duties": ("Pflichten", "Duties"),
    "cost": ("Kosten", "Cost"),
    "withdrawal": ("Bei Widerruf", "On withdrawal"),
    "enforcement": ("Kontrolle", "Control"),
}
_KINDS: dict[str, Pair] = {
    "Offer": ("Angebot", "Offer"),
    "Agreement": ("Vertrag", "Agreement"),
    "Set": ("Regel", "Rule"),
}
_CONFLICTS: dict[str, Pair] = {
    "perm": ("Erlaubnisse gehen vor.", "Permissions come first."),
    "invalid": ("Ein Widerspruch macht alles ungültig.", "A contradiction voids everything."),
}
"""What is worth a sentence; that prohibitions come first is what everybody expects."""
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
        "how-long": _per_permission([entry.time for entry in permissions], ("Kein festes Ende.", "No fixed end."), how),
        "duties": _duties(compiled, permissions, how),
        "cost": _cost(compiled, permissions, how),
        "withdrawal": _withdrawal(compiled, how),
        "enforcement": _enforcement(compiled, how),
    }
    lines = [CardLine("who", how.say(_KINDS[compiled.policy.kind]), tuple(_who(compiled, how)))]
    lines += [CardLine(question, how.say(_LABELS[question]), tuple(said)) for question, said in answers.items()]
    text = "\n".join(f"{line.label}: {' '.join(line.sentences)}" for line in lines)
    return Card(language, tuple(lines), text)


def _who(compiled: Compiled, how: Manner) -> list[str]:
    said = [full_stop(entry) for entry in say_shared(how)]
    if compiled.policy.kind == "Offer":
        said.append(how.say(("Gilt erst mit Vertrag.", "Binding only once agreed.")))
    if compiled.policy.timestamp is not None:
        made = figures.moment(compiled.policy.timestamp, how.language)
        said.append(full_stop(how.say(("Geschlossen: {}", "Made: {}")).format(made)))
    return said or [how.say(("Gilt für eigene Daten.", "Holds for our own data."))]


def _permission(rule: CompiledRule, how: Manner) -> _Permission:
    by_topic: dict[str, list[Constraint]] = {"grant": [], "time": [], "cost": []}
    for constraint in split_and(rule.rule.constraint):
        by_topic[_topic(constraint, how.registry)].append(constraint)
    said = {topic: _sentences(entries, how) for topic, entries in by_topic.items()}
    named = action(rule.rule, how)
    plain = bool(rule.rule.action) and _is(rule, "use")
    head = ("Sie dürfen die Daten nutzen.", "You may use the data.") if plain else ("Erlaubt: {}.", "Allowed: {}.")
    where = tuple(full_stop(entry) for entry in scope(rule.rule, how))
    first = sorted({full_stop(how.say(("vorher: {}", "first: {}")).format(duty(entry, how))) for entry in rule.duties})
    return _Permission((how.say(head).format(named), *where, *said["grant"]), said["time"], said["cost"], tuple(first))


def _sentences(constraints: Sequence[Constraint], how: Manner) -> tuple[str, ...]:
    return tuple(full_stop(entry) for entry in phrases(constraints, how.registry, how.language))


def _topic(constraint: Constraint, registry: Registry) -> str:
    topics = set()
    for leaf in leaves(constraint):
        operand = registry.operands[leaf.left]
        timely = operand.source in {"clock", "counter"} or operand.code == "elapsed_time"
        topics.add("time" if timely else "cost" if operand.fact in _MONEY else "grant")
    return topics.pop() if len(topics) == 1 else "grant"


def _per_permission(said: Sequence[Sequence[str]], nothing: Pair, how: Manner) -> list[str]:
    """The sentences of each permission; with several, each permission has a number."""
    if len(said) == 1:
        return list(said[0]) or [how.say(nothing)]
    found = [f"({number}) {' '.join(entry)}" for number, entry in enumerate(said, 1) if entry]
    return found or [how.say(nothing)]


def _what_for(compiled: Compiled, permissions: Sequence[_Permission], how: Manner) -> list[str]:
    found = []
    if compiled.void is not None:
        void = ("Diese Regeln sind ungültig. Sie erlauben nichts.", "These rules are void. They allow nothing.")
        found.append(how.say(void))
        if compiled.policy.replaced_by:
            replaced = how.say(("Ersetzt durch: {}", "Replaced by: {}")).format(
                quote(compiled.policy.replaced_by, how.language)
            )
            found.append(full_stop(replaced))
    grants = [entry.grant for entry in permissions]
    return found + _per_permission(grants, ("Es wird nichts erlaubt.", "Nothing is allowed."), how)


def _what_not(compiled: Compiled, how: Manner) -> list[str]:
    bans = sorted({prohibition(rule.rule, rule.duties, how) for rule in compiled.prohibitions})
    said = [full_stop(how.say(("verboten: {}", "forbidden: {}")).format(ban)) for ban in bans]
    if compiled.permissions and not any(_is(rule, "use") for rule in compiled.permissions):
        said.append(how.say(("Sonst ist nichts erlaubt.", "Nothing else is allowed.")))
    elif compiled.permissions and not _never_passed_on(compiled, how):
        said.append(how.say(("Weitergeben gehört zum Nutzen.", "Passing on is part of use.")))
    if compiled.permissions and bans and compiled.conflict in _CONFLICTS:
        said.append(how.say(_CONFLICTS[compiled.conflict]))
    return said or [how.say(("Kein Verbot.", "No prohibition."))]


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
    said = sorted({full_stop(_performer(entry, how).format(duty(entry, how))) for entry in others})
    first = [entry.first for entry in permissions]
    if any(first):
        said = _per_permission(first, ("", ""), how) + said
    return said or [how.say(("Keine.", "None."))]


def _performer(entry: CompiledDuty, how: Manner) -> str:
    here = tiers.duty_tier(entry) == "provider"
    return how.say(("Anbieter: {}", "provider: {}") if here else ("Sie: {}", "you: {}"))


def _is_payment(entry: CompiledDuty) -> bool:
    return bool(entry.duty.action) and entry.duty.action[0].iri == ODRL + "compensate"


def _cost(compiled: Compiled, permissions: Sequence[_Permission], how: Manner) -> list[str]:
    costs = [entry.cost for entry in permissions]
    payments = sorted({full_stop(duty(entry, how)) for entry in compiled.obligations if _is_payment(entry)})
    said = _per_permission(costs, ("", ""), how) if any(costs) else []
    return said + payments or [how.say(("Kein Entgelt.", "No charge."))]


def _withdrawal(compiled: Compiled, how: Manner) -> list[str]:
    said = [how.say(("Die Lieferung endet.", "Delivery ends."))]
    if any(rule.rows for rule in (*compiled.permissions, *compiled.prohibitions)):
        said.append(how.say(("Betroffene Datensätze fallen sofort weg.", "Affected records drop out at once.")))
    if any(tiers.duty_tier(entry) != "provider" for entry in compiled.obligations):
        said.append(how.say(("Offene Pflichten bleiben.", "Open duties remain.")))
    return said


def _enforcement(compiled: Compiled, how: Manner) -> list[str]:
    beyond = tiers.list_beyond(compiled, how.language)
    said = [
        full_stop(f"{tiers.label(tier, how.language)}: {', '.join(names)}") for tier, names in beyond.items() if names
    ]
    rest = ("Den Rest prüft der Anbieter.", "Provider checks the rest.")
    whole = ("Alles prüft der Anbieter.", "Provider checks everything.")
    return [*said, choose(how.language, rest if said else whole)]
