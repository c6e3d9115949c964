"""Permissions, prohibitions and duties as phrases, with the data and parties that not all rules share.

Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import msgspec

from connector.language.catalogue import Language, read_grammar, say
from connector.language.grammar import Grammar
from connector.policy.compiling.compiled import Compiled, CompiledDuty
from connector.policy.model.policy import (
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
from connector.policy.words.constraint import split_and, write_constraint, write_constraints
from connector.policy.words.names import action_name, name_function

_AXES = ("target", "assigner", "assignee")
Axis: TypeAlias = tuple[Target, ...] | tuple[Party, ...]


class Wording(msgspec.Struct, frozen=True):
    """The language of one description, and the parts of the policy that it names only once.

    Parameters:
        registry: the registry with which the policy was compiled.
        language: the language of the description.
        common: the target, assigner and assignee that all rules share.
    """

    registry: Registry
    language: Language
    common: dict[str, Axis]

    @property
    def grammar(self) -> Grammar:
        """The rules of the language."""
        return read_grammar(self.language)

    def end_sentence(self, phrase: str) -> str:
        """Make a phrase a sentence."""
        return self.grammar.end_sentence(phrase)

    def write_constraints(self, constraints: Sequence[Constraint], *, banned: bool = False) -> list[str]:
        """Write constraints that apply together, each as a phrase; `banned` are those of a prohibition."""
        return write_constraints(constraints, self.registry, self.language, banned=banned)

    def say(self, key: str, /, **values: object) -> str:
        """Return a sentence of the catalogue in the language."""
        return say(self.language, key, **values)


def make_wording(compiled: Compiled, language: Language) -> Wording:
    """Return the wording of a policy, with the data and parties that all its rules share.

    >>> sorted(make_wording(compiled(), "en").common)
    ['assignee', 'assigner', 'target']
    """
    policy = compiled.policy
    rules: tuple[Rule, ...] = (*policy.permission, *policy.prohibition) or policy.obligation
    common: dict[str, Axis] = {}
    for axis in _AXES:
        entities = {getattr(rule, axis) for rule in rules}
        if len(entities) == 1:
            common[axis] = entities.pop()
    return Wording(compiled.registry, language, common)


def list_shared(wording: Wording) -> list[str]:
    """Return the data and parties that all rules share, each with its label.

    >>> list_shared(make_wording(compiled(), "en"))[0]
    'data: “urn:data”'
    """
    return [_label(axis, name, wording) for axis in _AXES for name in _entities(wording.common.get(axis, ()), wording)]


def list_users(wording: Wording) -> list[str]:
    """Return the party for which alone all rules are, if they state one.

    >>> list_users(make_wording(compiled(), "en"))
    ['“urn:firm”']
    """
    return _entities(wording.common.get("assignee", ()), wording)


def _label(axis: str, name: str, wording: Wording) -> str:
    return f"{wording.say(f'policy.axis-{axis}')}: {name}"


def write_action(rule: Rule, wording: Wording) -> str:
    """Name the action of a rule.

    >>> policy = compiled(action="odrl:print")
    >>> write_action(policy.permissions[0].rule, make_wording(policy, "de"))
    'drucken'
    """
    if not rule.action:
        return wording.say("policy.any-action")
    return action_name(rule.action[0].iri, wording.registry, wording.language)


def list_scope(rule: Rule, wording: Wording, *, optional: bool = False) -> list[str]:
    """Return what narrows a rule beside its constraints: refinements, its own data and parties, and functions.

    Parameters:
        rule: the rule.
        wording: the wording of its policy.
        optional: a rule without data or parties has those of the policy, as duties do.

    >>> policy = compiled()
    >>> list_scope(policy.permissions[0].rule, make_wording(policy, "en"))
    []
    """
    banned = isinstance(rule, Prohibition)
    phrases = [
        wording.say("policy.refined", constraint=text)
        for action in rule.action
        for text in wording.write_constraints(action.refinement, banned=banned)
    ]
    for axis in _AXES:
        entities: Axis = getattr(rule, axis)
        if axis in wording.common and entities == wording.common[axis]:
            continue
        names = _entities(entities, wording)
        if not names and not optional:
            names = [wording.say("policy.any-party")]
        phrases.extend(_label(axis, name, wording) for name in names)
    phrases += [
        name_function(entry.function, _entity(entry.party, wording), wording.language) for entry in rule.functions
    ]
    return sorted(phrases)


def _entities(entities: Axis, wording: Wording) -> list[str]:
    return [_entity(entity, wording) for entity in entities]


def _entity(entity: Target | Party, wording: Wording) -> str:
    name = wording.grammar.quote(entity.uid)
    if entity.collection:
        name = wording.say("policy.collection", name=name)
    if entity.refinement:
        name = _with(name, wording.write_constraints(entity.refinement), wording)
    return name


def write_prohibition(rule: Permission | Prohibition, remedies: Iterable[CompiledDuty], wording: Wording) -> str:
    """Write the action of a prohibition, its conditions, and its remedies.

    >>> policy = compiled(prohibition=[{"action": "odrl:distribute"}])
    >>> write_prohibition(policy.prohibitions[0].rule, (), make_wording(policy, "en"))
    'pass on'
    """
    details = [*list_scope(rule, wording), *wording.write_constraints(rule.constraint, banned=True)]
    after = sorted(write_duty(remedy, wording) for remedy in remedies)
    details += [wording.say("policy.after-breach", duty=text) for text in after]
    return _with(write_action(rule, wording), details, wording)


def write_duty(compiled: CompiledDuty, wording: Wording) -> str:
    """Write the action of a duty, its conditions and its deadline, and its consequences.

    >>> policy = compiled(obligation=[{"action": "odrl:attribute"}])
    >>> write_duty(policy.obligations[0], make_wording(policy, "en"))
    'name the source'
    """
    rule = compiled.duty
    details = list_scope(rule, wording, optional=True)
    details += sorted({_write_condition(compiled, entry, wording) for entry in split_and(rule.constraint)})
    late = sorted(write_duty(consequence, wording) for consequence in compiled.consequences)
    details += [wording.say("policy.else-also", duty=text) for text in late]
    return _with(write_action(rule, wording), details, wording)


def _write_condition(compiled: CompiledDuty, constraint: Constraint, wording: Wording) -> str:
    text = write_constraint(constraint, wording.registry, wording.language, deadline=True)
    if constraint not in compiled.others or _is_of_use(constraint):
        return text
    # It neither lifts the duty nor limits it, which its phrase alone would say.
    return wording.say("policy.regardless", constraint=text)


def _is_of_use(constraint: Constraint) -> bool:
    return isinstance(constraint, AtomicConstraint) and constraint.left == ODRL + "event"


def _with(head: str, details: list[str], wording: Wording) -> str:
    return f"{head} {wording.grammar.bracket('; '.join(details))}" if details else head
