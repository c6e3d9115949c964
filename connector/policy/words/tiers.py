"""Who keeps a rule: the provider's connector, a person who confirms it, the consumer's means, or only the agreement.

After the delivery no connector controls the data, so that only the agreement binds the consumer: a deletion is done and
confirmed by a person.
Pure: standard library only.
"""

from typing import Literal, TypeAlias

from connector.language.catalogue import Language, say
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule, walk_duties
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.policy import DK, ODRL, Constraint
from connector.policy.vocabulary.registry import Registry, Tier
from connector.policy.words.names import action_name, subject

_NEEDS_DELIVERY = frozenset(ODRL + name for name in ("use", "transfer", "read", "stream"))
_NOTIFY_ADDRESS = DK + "notifyAddress"
Keeper: TypeAlias = Tier | Literal["person"]
"""Who keeps a rule: a tier of the vocabulary, or a person, who confirms what was done."""


def name_tier(tier: Keeper, language: Language) -> str:
    """Name a tier of enforcement.

    >>> name_tier("organisational", "en")
    'contractual only'
    """
    return say(language, f"policy.tier-{tier}")


def find_duty_tier(duty: CompiledDuty) -> Keeper:
    """Return who keeps a duty: this connector enforces duties before access and transforms, logs, and calls an address.

    A notification without an address is a person's, as a deletion is. A remedy follows a breach that no connector sees.

    >>> [first] = compiled(duty=[{"action": "odrl:inform"}]).permissions[0].duties
    >>> find_duty_tier(first)
    'provider'
    >>> [later] = compiled(obligation=[{"action": "odrl:delete"}]).obligations
    >>> find_duty_tier(later)
    'person'
    """
    action = duty.duty.action[0].iri if duty.duty.action else ""
    if duty.role == "remedy":
        return "organisational"
    called = action == ODRL + "inform" and any(
        leaf.left == _NOTIFY_ADDRESS for entry in duty.parameters for leaf in walk_leaves(entry)
    )
    if duty.role == "duty" or duty.transform or called or action == DK + "log":
        return "provider"
    return "person" if action in {ODRL + "delete", ODRL + "inform"} else "organisational"


def find_rule_tier(rule: CompiledRule) -> Tier:
    """Return who enforces a permission or a prohibition: this connector enforces only uses that need a delivery.

    >>> find_rule_tier(compiled(action="odrl:print").permissions[0])
    'organisational'
    """
    action = rule.rule.action
    return "provider" if not action or action[0].iri in _NEEDS_DELIVERY else "organisational"


def list_beyond(compiled: Compiled, language: Language) -> dict[Keeper, tuple[str, ...]]:
    """Return the operands and actions that this connector does not enforce, as sorted names by who keeps them.

    >>> list_beyond(compiled(action="odrl:print"), "en")
    {'person': (), 'consumer': (), 'organisational': ('print',)}
    """
    beyond: dict[Keeper, set[str]] = {"person": set(), "consumer": set(), "organisational": set()}
    registry = compiled.registry

    def note(tier: Keeper, name: str) -> None:
        if tier != "provider":
            beyond[tier].add(name)

    rules = (*compiled.permissions, *compiled.prohibitions)
    for rule in rules:
        if rule.rule.action:
            note(find_rule_tier(rule), action_name(rule.rule.action[0].iri, registry, language))
        for tier, name in _operands((*_refined(rule), *rule.rule.constraint), registry, language):
            note(tier, name)
    for duty in (part for stated in walk_duties(compiled) for part in (stated, *stated.consequences)):
        if duty.duty.action:
            note(find_duty_tier(duty), action_name(duty.duty.action[0].iri, registry, language))
        for tier, name in _operands(duty.duty.constraint, registry, language):
            note(tier, name)
    return {tier: tuple(sorted(names)) for tier, names in beyond.items()}


def _refined(rule: CompiledRule) -> tuple[Constraint, ...]:
    return tuple(check.constraint for check in rule.refinements)


def _operands(constraints: tuple[Constraint, ...], registry: Registry, language: Language) -> list[tuple[Tier, str]]:
    return [
        (registry.operands[leaf.left].tier, subject(leaf.left, registry, language))
        for constraint in constraints
        for leaf in walk_leaves(constraint)
    ]
