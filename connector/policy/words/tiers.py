"""Who enforces what: this provider, the consumer's connector, or nobody but the contract.

After delivery no technique reaches the data, so what happens then is the contract's. Pure: standard library only.
"""

from connector.language.catalogue import Language, say
from connector.policy.compiling.checks import leaves
from connector.policy.compiling.compile import Compiled, CompiledDuty, CompiledRule
from connector.policy.model.model import DK, ODRL, Constraint
from connector.policy.vocabulary.registry import Registry, Tier
from connector.policy.words.names import action_name, subject

_SEEN_HERE = frozenset(ODRL + name for name in ("use", "transfer", "read", "stream"))
_DONE_HERE = frozenset({DK + "log", ODRL + "inform"})


def label(tier: Tier, language: Language) -> str:
    """Name a tier of enforcement."""
    return say(language, f"policy.tier-{tier}")


def duty_tier(duty: CompiledDuty) -> Tier:
    """Who sees to a duty: what comes before access and what happens on the way is enforced here."""
    action = duty.duty.action[0].iri if duty.duty.action else ""
    if duty.role == "duty" or duty.transform or action in _DONE_HERE:
        return "provider"
    return "consumer" if action == ODRL + "delete" else "organisational"


def rule_tier(rule: CompiledRule) -> Tier:
    """Who sees to a permission or prohibition: uses that need no delivery of ours are beyond our reach."""
    action = rule.rule.action
    return "provider" if not action or action[0].iri in _SEEN_HERE else "organisational"


def list_beyond(compiled: Compiled, language: Language) -> dict[Tier, tuple[str, ...]]:
    """Return what a policy demands that is not enforced here: tier to the names of operands and actions, sorted."""
    found: dict[Tier, set[str]] = {"consumer": set(), "organisational": set()}
    registry = compiled.registry

    def note(tier: Tier, name: str) -> None:
        if tier != "provider":
            found[tier].add(name)

    rules = (*compiled.permissions, *compiled.prohibitions)
    for rule in rules:
        if rule.rule.action:
            note(rule_tier(rule), action_name(rule.rule.action[0].iri, registry, language))
        for tier, name in _operands((*_refined(rule), *rule.rule.constraint), registry, language):
            note(tier, name)
    duties = [*compiled.obligations, *(first for rule in rules for first in rule.duties)]
    for duty in (*duties, *(late for owner in duties for late in owner.consequences)):
        if duty.duty.action:
            note(duty_tier(duty), action_name(duty.duty.action[0].iri, registry, language))
        for tier, name in _operands(duty.duty.constraint, registry, language):
            note(tier, name)
    return {tier: tuple(sorted(names)) for tier, names in found.items()}


def _refined(rule: CompiledRule) -> tuple[Constraint, ...]:
    return tuple(check.constraint for check in rule.refinements)


def _operands(constraints: tuple[Constraint, ...], registry: Registry, language: Language) -> list[tuple[Tier, str]]:
    return [
        (registry.operands[leaf.left].tier, subject(leaf.left, registry, language))
        for constraint in constraints
        for leaf in leaves(constraint)
    ]
