"""What policies grant, written again for the solver z3 from the meaning of the operators, without any regions."""

from typing import Any

import msgspec
import z3

from connector.policy.analysis.space.amounts import to_microseconds
from connector.policy.compiling.compiled import Compiled, CompiledRule
from connector.policy.model.literals import find_start, to_lexical
from connector.policy.model.policy import AtomicConstraint, Constraint
from connector.policy.model.values import ClockTime, Day, Duration, Iri, Number
from connector.policy.vocabulary.registry import Operand, Registry

NOW = z3.Int("now")
ACTION = z3.Int("action")
DAY = 86_400_000_000
_ACTIONS: dict[str, int] = {}
_NAMES: dict[str, int] = {}

Two = tuple[Any, Any]
"""Where something is True, and where it is False."""


def number_of(name: str, table: dict[str, int]) -> int:
    return table.setdefault(name, len(table))


def known(operand: Operand) -> Any:
    return z3.Bool(f"known {operand.iri}")


def atomic(constraint: AtomicConstraint, registry: Registry, *, permission: bool) -> Two:
    operand = registry.operands[constraint.left]
    if operand.code == "date_time":
        return _time(constraint)
    if operand.code in {"time_of_day", "event", "elapsed_time"}:
        return _coded(constraint, operand)
    there = known(operand)
    if operand.sort == "number":
        value = z3.Int("count") if operand.code else z3.Real(operand.iri)
        held = _ordered(constraint, value, z3.Q(*_fraction(constraint)))
        true, false = held, z3.Not(held)
    elif operand.code == "day_of_week":
        weekday = z3.Int("weekday")
        held = z3.Or([weekday == operand.values.index(to_lexical(value)[0]) for value in constraint.right])
        held = held if constraint.operator == "isAnyOf" else z3.Not(held)
        return held, z3.Not(held)
    elif operand.ordered:
        value = z3.Int(operand.iri)
        listed = z3.And(value >= 0, value < len(operand.values))
        held = _ordered(constraint, value, operand.values.index(to_lexical(constraint.right[0])[0]))
        ranked = listed if constraint.operator not in {"eq", "neq"} else z3.BoolVal(True)
        true, false = z3.And(ranked, held), z3.And(ranked, z3.Not(held))
    elif operand.multiple:
        true, false = _several(constraint)
    else:
        true, false = _single(constraint, operand, registry)
    true, false = z3.And(there, true), z3.And(there, false)
    if operand.tier != "provider":
        return (z3.Not(false), false) if permission else (true, z3.Not(true))
    return true, false


def _coded(constraint: AtomicConstraint, operand: Operand) -> Two:
    right = constraint.right[0]
    if isinstance(right, ClockTime):
        held = _ordered(constraint, z3.Int("clock"), right.seconds * 1_000_000)
        return held, z3.Not(held)
    there = known(operand)
    if isinstance(right, Duration):
        # A month is a length of its own between 28 and 31 days; nothing else is said about it.
        length = right.milliseconds * 1000 + right.months * z3.Int("month")
        held = _ordered(constraint, z3.Int("elapsed"), length)
        return z3.And(there, held), z3.And(there, z3.Not(held))
    names = [to_lexical(value)[0] for value in constraint.right]
    during = z3.Or([z3.Bool(f"{name} is on") for name in names])
    after = z3.And(z3.Not(during), z3.Or([z3.Bool(f"{name} is over") for name in names]))
    if any(name.endswith("policyUsage") for name in names):
        during, after, there = z3.BoolVal(True), z3.BoolVal(False), z3.BoolVal(True)
    before = z3.Not(z3.Or(during, after))
    held = {
        "eq": during,
        "isAnyOf": during,
        "neq": z3.Not(during),
        "isNoneOf": z3.Not(during),
        "lt": before,
        "lteq": z3.Or(before, during),
        "gt": after,
    }[constraint.operator]
    return z3.And(there, held), z3.And(there, z3.Not(held))


def _fraction(constraint: AtomicConstraint) -> tuple[int, int]:
    right = constraint.right[0]
    assert isinstance(right, Number)
    return right.amount.as_integer_ratio()


def _ordered(constraint: AtomicConstraint, value: Any, limit: Any) -> Any:
    return {
        "lt": value < limit,
        "lteq": value <= limit,
        "gt": value > limit,
        "gteq": value >= limit,
        "eq": value == limit,
        "neq": value != limit,
    }[constraint.operator]


def _time(constraint: AtomicConstraint) -> Two:
    right = constraint.right[0]
    if isinstance(right, Day):
        begin = to_microseconds(find_start(right))
        end = begin + DAY
    else:
        begin = to_microseconds(right.at)  # type: ignore[union-attr]  # the generator knows days and instants
        end = begin + 1
    inside = z3.And(begin <= NOW, end > NOW)
    held = {
        "lt": begin > NOW,
        "lteq": end > NOW,
        "gt": end <= NOW,
        "gteq": begin <= NOW,
        "eq": inside,
        "neq": z3.Not(inside),
    }[constraint.operator]
    return held, z3.Not(held)


def _several(constraint: AtomicConstraint) -> Two:
    held = [z3.Bool(f"{constraint.left} has {to_lexical(value)[0]}") for value in constraint.right]
    match constraint.operator:
        case "eq" | "isAnyOf":
            true = z3.Or(held)
        case "isAllOf":
            true = z3.And(held)
        case _:
            true = z3.Not(z3.Or(held))
    return true, z3.Not(true)


def _single(constraint: AtomicConstraint, operand: Operand, registry: Registry) -> Two:
    value = z3.Int(operand.iri)
    taxonomy = registry.taxonomies[operand.taxonomy] if operand.taxonomy else None
    right = [entry.iri for entry in constraint.right if isinstance(entry, Iri)]

    def one_of(names: Any) -> Any:
        return z3.Or([value == number_of(name, _NAMES) for name in names])

    if taxonomy is None:
        among, others = one_of(right), z3.Not(one_of(right))
    else:
        reach = {"isA": taxonomy.below, "isPartOf": taxonomy.below, "hasPart": taxonomy.above}.get(constraint.operator)
        among = one_of(reach[right[0]] if reach else right)
        listed = one_of(taxonomy.terms)
        others = z3.And(listed, z3.Not(among), z3.BoolVal(set(right) <= taxonomy.terms.keys()))
    match constraint.operator:
        case "isAllOf":
            each = [
                _single(msgspec.structs.replace(constraint, operator="eq", right=(entry,)), operand, registry)
                for entry in constraint.right
            ]
            return z3.And([true for true, _ in each]), z3.Or([false for _, false in each])
        case "neq" | "isNoneOf":
            return others, among
        case _:
            return among, others


def fold(constraint: Constraint, registry: Registry, *, permission: bool) -> Two:
    if isinstance(constraint, AtomicConstraint):
        return atomic(constraint, registry, permission=permission)
    parts = [fold(child, registry, permission=permission) for child in constraint.constraints]
    true, false = [part[0] for part in parts], [part[1] for part in parts]
    match constraint.operand:
        case "and":
            return z3.And(true), z3.Or(false)
        case "or":
            return z3.Or(true), z3.And(false)
        case "andSequence":
            # When its parts became true is not modelled: any answer that the parts allow.
            in_order = z3.Bool(f"order {constraint}")
            late = z3.Bool(f"late {constraint}")
            return z3.And(*true, in_order), z3.Or(*false, z3.And(*true, z3.Not(in_order), late))
        case _:
            exactly = [
                z3.And(true[index], *(other for at, other in enumerate(false) if at != index))
                for index in range(len(parts))
            ]
            twice = [z3.And(one, other) for at, one in enumerate(true) for other in true[at + 1 :]]
            return z3.Or(exactly), z3.Or(z3.And(false), *twice)


def matches(rule: CompiledRule) -> Any:
    """Action and target; whether an asset belongs to another is anybody's guess."""
    found = []
    if rule.covers is not None:
        covered = [iri for iri in rule.covers if iri.startswith("http")]
        found.append(z3.Or([number_of(iri, _ACTIONS) == ACTION for iri in covered]))
    if rule.target is not None:
        found.append(z3.Bool(f"target {rule.target}"))
    return z3.And(found)


def conditions(rule: CompiledRule, policy: Compiled) -> tuple[list[Any], list[Any]]:
    asked = [check.constraint for check in rule.ordered]
    parts = [fold(entry, policy.registry, permission=rule.kind == "permission") for entry in (*asked, *rule.rows)]
    return [part[0] for part in parts], [part[1] for part in parts]


def grants(policy: Compiled) -> Any:
    """The situations and records that a policy lets through, with all duties performed."""
    if policy.void is not None:
        return z3.BoolVal(False)
    active, kept = [], []
    for rule in policy.permissions:
        asked = [fold(check.constraint, policy.registry, permission=True)[0] for check in rule.ordered]
        rows = [fold(row, policy.registry, permission=True)[0] for row in rule.rows]
        this = z3.And(matches(rule), *asked)
        active.append(this)
        kept.append(z3.Implies(this, z3.And(rows)))
    spared = []
    if policy.conflict != "perm":
        for rule in policy.prohibitions:
            _, false = conditions(rule, policy)
            spared.append(z3.Or(z3.Not(matches(rule)), *false))
    return z3.And(z3.Or(active), *kept, *spared)


def domain() -> Any:
    day = 86_400_000_000
    return z3.And(
        z3.Int("count") >= 1,
        z3.Int("weekday") >= 0,
        z3.Int("weekday") <= 6,
        z3.Int("clock") >= 0,
        z3.Int("clock") < day,
        z3.Int("month") >= 28 * day,
        z3.Int("month") <= 31 * day,
    )


class Oracle:
    """One solver for many questions."""

    def __init__(self) -> None:
        self.solver = z3.Solver()
        self.solver.add(domain())

    def possible(self, *formulas: Any) -> bool:
        """Whether some situation fits all formulas."""
        self.solver.push()
        self.solver.add(*formulas)
        answer = self.solver.check()
        self.solver.pop()
        assert answer != z3.unknown
        return answer == z3.sat
