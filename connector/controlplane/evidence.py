"""What goes on record of a decision: policy hash, engine version, verdict per rule, and the values that were used.

Values of operands that are personal or belong to single records are left out; that they were looked at is not.
"""

from collections.abc import Iterator
from typing import Any

from connector.policy.decision import AtomVerdict, Decision, Explanation, RuleVerdict, Truth
from connector.policy.literals import lexical
from connector.policy.model import AtomicConstraint
from connector.policy.registry import Registry

# Of one decision: rules, constraints of a rule, values of a constraint, characters of a value.
MOST_RULES, MOST_ATOMS, MOST_VALUES, LONGEST_VALUE = 50, 50, 10, 200
MOST_REASONS = 5

_WORDS: dict[Truth, str] = {True: "true", False: "false", None: "unknown"}


def of_decision(decision: Decision) -> dict[str, Any]:
    """Return what every decision leaves behind."""
    return {
        "verdict": decision.verdict.value,
        "policy": decision.policy_hash,
        "engine": decision.engine_version,
        "reasons": [reason.code for reason in decision.reasons[:MOST_REASONS]],
    }


def of_explanation(found: Explanation, operands: Registry) -> dict[str, Any]:
    """Return the same with the verdict of each rule and each constraint and the values that it stands on."""
    return {**of_decision(found.decision), "rules": [_rule(rule, operands) for rule in found.rules[:MOST_RULES]]}


def _rule(rule: RuleVerdict, operands: Registry) -> dict[str, Any]:
    atoms = [_atom(atom, operands) for verdict in (*rule.refinements, *rule.constraints) for atom in _leaves(verdict)]
    return {
        "rule": rule.uid,
        "kind": rule.kind,
        "applies": _WORDS[rule.applies],
        "constraints": atoms[:MOST_ATOMS],
        "duties": {duty.uid: duty.state for duty in rule.duties},
    }


def _leaves(verdict: AtomVerdict) -> Iterator[AtomVerdict]:
    if isinstance(verdict.constraint, AtomicConstraint):
        yield verdict
    for child in verdict.children:
        yield from _leaves(child)


def _atom(atom: AtomVerdict, operands: Registry) -> dict[str, Any]:
    assert isinstance(atom.constraint, AtomicConstraint)
    operand = operands.operands[atom.constraint.left]
    told: dict[str, Any] = {
        "operand": operand.iri,
        "operator": atom.constraint.operator,
        "verdict": _WORDS[atom.verdict],
    }
    if operand.per_record or operand.personal:
        return told
    return {**told, "found": [lexical(value)[0][:LONGEST_VALUE] for value in atom.found[:MOST_VALUES]]}
