"""Permissions, prohibitions and duties as phrases, with the parties and assets that are not the policy's own.

Pure: standard library and msgspec only.
"""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from connector.language.catalogue import Language, read_grammar, say
from connector.language.grammar import Grammar
from connector.policy.compiling.compile import Compiled, CompiledDuty
from connector.policy.model.model import (
    AtomicConstraint,
    Constraint,
    Party,
    Permission,
    Prohibition,
    Rule,
    Target,
)
from connector.policy.vocabulary.registry import Registry
from connector.policy.words.constraint import phrase, phrases, split_and
from connector.policy.words.names import action_name, function_phrase

_AXES = ("target", "assigner", "assignee")
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

    @property
    def grammar(self) -> Grammar:
        """The rules of the language."""
        return read_grammar(self.language)

    def say(self, key: str, /, **values: object) -> str:
        """Return a sentence of the catalogue in the language."""
        return say(self.language, key, **values)


def manner(compiled: Compiled, language: Language) -> Manner:
    """Find out what all rules of a policy share."""
    policy = compiled.policy
    rules: tuple[Rule, ...] = (*policy.permission, *policy.prohibition) or policy.obligation
    common: dict[str, Axis] = {}
    for axis in _AXES:
        found = {getattr(rule, axis) for rule in rules}
        if len(found) == 1:
            common[axis] = found.pop()
    return Manner(compiled.registry, language, common)


def say_shared(how: Manner) -> list[str]:
    """Say which data and parties the whole policy is about."""
    return [_label(axis, name, how) for axis in _AXES for name in _entities(how.common.get(axis, ()), how)]


def _label(axis: str, name: str, how: Manner) -> str:
    return f"{how.say(f'policy.axis-{axis}')}: {name}"


def action(rule: Rule, how: Manner) -> str:
    """Name what a rule is about."""
    if not rule.action:
        return how.say("policy.any-action")
    return action_name(rule.action[0].iri, how.registry, how.language)


def scope(rule: Rule, how: Manner, *, optional: bool = False) -> list[str]:
    """Say what narrows a rule beside its constraints: refinements, and what the policy does not say for all rules.

    Parameters:
        optional: silence about data and parties means those of the policy (duties).
    """
    found = [how.say("policy.refined", constraint=text) for text in _refinement(rule.action, how)]
    for axis in _AXES:
        entities: Axis = getattr(rule, axis)
        if axis in how.common and entities == how.common[axis]:
            continue
        names = _entities(entities, how)
        if not names and not optional:
            names = [how.say("policy.any-party")]
        found.extend(_label(axis, name, how) for name in names)
    found += [function_phrase(entry.function, _entity(entry.party, how), how.language) for entry in rule.functions]
    return sorted(found)


def _refinement(entries: Iterable[object], how: Manner) -> list[str]:
    return [text for entry in entries for text in phrases(getattr(entry, "refinement", ()), how.registry, how.language)]


def _entities(entities: Axis, how: Manner) -> list[str]:
    return [_entity(entity, how) for entity in entities]


def _entity(entity: Target | Party, how: Manner) -> str:
    name = how.grammar.quote(entity.uid)
    if entity.collection:
        name = how.say("policy.collection", name=name)
    if entity.refinement:
        name += f" ({'; '.join(phrases(entity.refinement, how.registry, how.language))})"
    return name


def prohibition(rule: Permission | Prohibition, remedies: Iterable[CompiledDuty], how: Manner) -> str:
    """Say what is prohibited, under which circumstances, and what has to be done should it happen."""
    details = [*scope(rule, how), *phrases(rule.constraint, how.registry, how.language)]
    after = sorted(duty(remedy, how) for remedy in remedies)
    details += [how.say("policy.after-breach", duty=text) for text in after]
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
    details += [how.say("policy.else-also", duty=text) for text in late]
    return _with(action(rule, how), details)


def _is_deadline(compiled: CompiledDuty, constraint: Constraint) -> bool:
    return compiled.role != "duty" and isinstance(constraint, AtomicConstraint)


def _with(head: str, details: list[str]) -> str:
    return f"{head} ({'; '.join(details)})" if details else head
