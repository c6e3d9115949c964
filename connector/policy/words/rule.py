"""Permissions, prohibitions and duties as phrases, with the parties and assets that are not the policy's own.

Pure: standard library and msgspec only.
"""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from connector.policy.compiling.compile import Compiled, CompiledDuty
from connector.policy.model.model import (
    ODRL,
    AtomicConstraint,
    Constraint,
    Party,
    Permission,
    Prohibition,
    Rule,
    Target,
)
from connector.policy.vocabulary.registry import Registry
from connector.policy.words.constraint import phrase, phrases, quote_name, split_and
from connector.policy.words.language import Language, Pair, choose, quote
from connector.policy.words.vocabulary import ACTIONS, FUNCTIONS

_AXES: tuple[tuple[str, Pair], ...] = (
    ("target", ("Daten", "data")),
    ("assigner", ("Anbieter", "provider")),
    ("assignee", ("Nutzer", "user")),
)
Axis: TypeAlias = tuple[Target, ...] | tuple[Party, ...]


class Manner(msgspec.Struct, frozen=True):
    """How one policy is put into words.

    Parameters:
        registry: with which it was compiled.
        language: of the words.
        common: target, assigner and assignee that all its rules share, which are said once.
    """

    registry: Registry
    language: Language
    common: dict[str, Axis]

    def say(self, pair: Pair) -> str:
        """Return a text of ours in the language."""
        return choose(self.language, pair)


def manner(compiled: Compiled, language: Language) -> Manner:
    """Find out what all rules of a policy share."""
    policy = compiled.policy
    rules: tuple[Rule, ...] = (*policy.permission, *policy.prohibition) or policy.obligation
    common: dict[str, Axis] = {}
    for axis, _label in _AXES:
        found = {getattr(rule, axis) for rule in rules}
        if len(found) == 1:
            common[axis] = found.pop()
    return Manner(compiled.registry, language, common)


def say_shared(how: Manner) -> list[str]:
    """Say which data and parties the whole policy is about."""
    return [f"{how.say(label)}: {name}" for axis, label in _AXES for name in _entities(how.common.get(axis, ()), how)]


def action_name(iri: str, registry: Registry, language: Language) -> str:
    """Name an action by its label, or quoted if nobody gave it one."""
    entry = registry.entries.get(iri)
    if entry is not None:
        return choose(language, (entry.de, entry.en))
    return choose(language, ACTIONS[iri]) if iri in ACTIONS else quote_name(iri, language)


def action(rule: Rule, how: Manner) -> str:
    """Name what a rule is about."""
    if not rule.action:
        return how.say(("alles", "anything"))
    return action_name(rule.action[0].iri, how.registry, how.language)


def scope(rule: Rule, how: Manner, *, optional: bool = False) -> list[str]:
    """Say what narrows a rule beside its constraints: refinements, and what the policy does not say for all rules.

    Parameters:
        optional: silence about data and parties means those of the policy (duties).
    """
    found = [how.say(("Art: {}", "manner: {}")).format(text) for text in _refinement(rule.action, how)]
    for axis, label in _AXES:
        entities: Axis = getattr(rule, axis)
        if axis in how.common and entities == how.common[axis]:
            continue
        names = _entities(entities, how)
        if not names and not optional:
            names = [how.say(("jede", "any"))]
        found.extend(f"{how.say(label)}: {name}" for name in names)
    for entry in rule.functions:
        pair = FUNCTIONS.get(entry.function.removeprefix(ODRL))
        function = how.say(pair) if pair else quote_name(entry.function, how.language)
        found.append(f"{function} {_entity(entry.party, how)}")
    return sorted(found)


def _refinement(entries: Iterable[object], how: Manner) -> list[str]:
    return [text for entry in entries for text in phrases(getattr(entry, "refinement", ()), how.registry, how.language)]


def _entities(entities: Axis, how: Manner) -> list[str]:
    return [_entity(entity, how) for entity in entities]


def _entity(entity: Target | Party, how: Manner) -> str:
    name = quote(entity.uid, how.language)
    if entity.collection:
        name = f"{how.say(('Sammlung', 'collection'))} {name}"
    if entity.refinement:
        name += f" ({'; '.join(phrases(entity.refinement, how.registry, how.language))})"
    return name


def prohibition(rule: Permission | Prohibition, remedies: Iterable[CompiledDuty], how: Manner) -> str:
    """Say what is prohibited, under which circumstances, and what has to be done should it happen."""
    details = [*scope(rule, how), *phrases(rule.constraint, how.registry, how.language)]
    after = sorted(duty(remedy, how) for remedy in remedies)
    details += [how.say(("nach einem Verstoß: {}", "after a breach: {}")).format(text) for text in after]
    return _with(action(rule, how), details)


def duty(compiled: CompiledDuty, how: Manner) -> str:
    """Say what has to be done, how, until when, and what else once it is too late."""
    rule = compiled.duty
    details = scope(rule, how, optional=True)
    details += sorted(
        {
            phrase(constraint, how.registry, how.language, deadline=_is_deadline(compiled, constraint))
            for constraint in split_and(rule.constraint)
        }
    )
    late = sorted(duty(consequence, how) for consequence in compiled.consequences)
    details += [how.say(("sonst auch: {}", "else also: {}")).format(text) for text in late]
    return _with(action(rule, how), details)


def _is_deadline(compiled: CompiledDuty, constraint: Constraint) -> bool:
    return compiled.role != "duty" and isinstance(constraint, AtomicConstraint)


def _with(head: str, details: list[str]) -> str:
    return f"{head} ({'; '.join(details)})" if details else head
