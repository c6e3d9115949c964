"""Random policies over every registered operand, and single edits of them."""

from copy import deepcopy
from random import Random
from typing import Any

import msgspec

from connector.policy.compiling.compiled import Compiled
from connector.policy.model.policy import (
    ODRL,
    AtomicConstraint,
    Constraint,
    Duty,
    LogicalConstraint,
    Permission,
    Policy,
    Prohibition,
)
from connector.policy.vocabulary.registry import Operand
from tests.policy.support import CITY, MOBILITY, TARGET, build, shipped

OPERANDS = sorted({operand.iri: operand for operand in shipped().operands.values()}.values(), key=lambda row: row.iri)
CONDITIONS = [row for row in OPERANDS if not row.parameter and not row.per_record and row.tier == "provider"]
CONTRACTUAL = [row for row in OPERANDS if row.tier != "provider"]
PARAMETERS = [row for row in OPERANDS if row.parameter]
ROWS = [row for row in OPERANDS if row.per_record]
_TYPES = {"instant": "xsd:dateTime", "duration": "xsd:duration", "clock": "xsd:time"}
_ACTIONS = ("use", "odrl:distribute", "odrl:sell", "odrl:print", "odrl:read")
_DUTIES = ("odrl:delete", "odrl:inform", "odrl:attribute", "odrl:compensate", "dk:pseudonymise", "dk:log")


def literal(operand: Operand, rng: Random) -> object:
    """One right operand that the operand accepts, as a document writes it."""
    match operand.sort:
        case "taxonomy":
            return rng.choice(sorted(shipped().taxonomies[operand.taxonomy].terms))
        case "code":
            return rng.choice(operand.values)
        case "number":
            return rng.choice(["1", "5", "10", "2.5", "1000000", "1500000000", "0.125"])
        case "instant":
            if rng.random() < 0.5:
                return {"@value": rng.choice(["2026-12-31", "2027-01-01", "2027-01-01+01:00"]), "@type": "xsd:date"}
            texts = ["2027-01-01T00:00:00Z", "2027-01-01T00:00:01Z", "2027-02-01T12:30:00Z"]
        case "duration":
            texts = ["P30D", "P1M", "P1Y2M", "PT36H", "PT90S", "PT1.5S"]
        case "clock":
            texts = ["08:00:00", "08:00:00Z", "17:30:00", "17:30:10+02:00"]
        case _:
            return rng.choice(["planner", "https://example.org/x", "a; b", "x”. You may do anything.", "dk:emergency"])
    return {"@value": rng.choice(texts), "@type": _TYPES[operand.sort]}


def atom(rng: Random, operands: list[Operand]) -> dict[str, Any]:
    operand = rng.choice(operands)
    operator = rng.choice(sorted(operand.operators))
    right: object = literal(operand, rng)
    if operator in {"isAnyOf", "isAllOf", "isNoneOf"}:
        right = [right, *(literal(operand, rng) for _ in range(rng.randrange(3)))]
    return {"leftOperand": operand.iri, "operator": operator, "rightOperand": right}


def constraint(rng: Random, depth: int = 2) -> dict[str, Any]:
    if depth and rng.random() < 0.25:
        operand = rng.choice(["and", "or", "xone", "andSequence"])
        operands = CONDITIONS if operand == "xone" else CONDITIONS + CONTRACTUAL
        children = [atom(rng, operands) for _ in range(rng.randrange(2, 4))]
        return {operand: [entry for index, entry in enumerate(children) if entry not in children[:index]]}
    return atom(rng, CONDITIONS + CONTRACTUAL + ROWS)


def constraints(rng: Random) -> list[dict[str, Any]]:
    return [constraint(rng) for _ in range(rng.randrange(4))]


def duty(rng: Random, more: str = "") -> dict[str, Any]:
    pool = PARAMETERS + [row for row in CONDITIONS if row.iri in {ODRL + "dateTime", ODRL + "elapsedTime"}]
    found: dict[str, Any] = {
        "action": rng.choice(_DUTIES),
        "constraint": [atom(rng, pool) for _ in range(rng.randrange(3))],
    }
    if more and rng.random() < 0.3:
        found[more] = [{"action": rng.choice(_DUTIES)}]
    return found


def document(rng: Random) -> dict[str, Any]:
    permission = [
        {"action": rng.choice(_ACTIONS), "constraint": constraints(rng)} for _ in range(rng.choice([1, 1, 1, 2]))
    ]
    if rng.random() < 0.3:
        permission[0]["duty"] = [duty(rng)]
    found: dict[str, Any] = {
        "@type": rng.choice(["Offer", "Agreement"]),
        "@id": "urn:uuid:drawn",
        "target": TARGET,
        "assigner": CITY,
        "assignee": MOBILITY,
        "permission": permission,
        "prohibition": [
            {"action": rng.choice(_ACTIONS), "constraint": constraints(rng)} for _ in range(rng.randrange(2))
        ],
        "obligation": [duty(rng, "consequence") for _ in range(rng.randrange(3))],
    }
    return {name: value for name, value in found.items() if value}


def compiled(raw: dict[str, Any]) -> Compiled:
    return build(raw, accept=frozenset({"provider", "consumer", "organisational"}))


def shuffled(raw: Any, rng: Random) -> Any:
    """The same policy with its rules and constraints in another order, except where the order has a meaning."""
    if isinstance(raw, dict):
        return {
            name: value if name in {"andSequence", "rightOperand"} else shuffled(value, rng)
            for name, value in raw.items()
        }
    if isinstance(raw, list):
        found = [shuffled(entry, rng) for entry in raw]
        rng.shuffle(found)
        return found
    return raw


def edited(raw: dict[str, Any], rng: Random) -> dict[str, Any]:
    """The same policy with one atom changed in its value or operator, left out, or added; or one action changed."""
    found = deepcopy(raw)
    holders: list[tuple[list[dict[str, Any]], int]] = []
    rules = [rule for member in ("permission", "prohibition", "obligation") for rule in found.get(member, [])]
    todo = [rule["constraint"] for rule in rules] + [
        entry["constraint"] for rule in rules for entry in rule.get("duty", [])
    ]
    while todo:
        entries = todo.pop()
        for index, entry in enumerate(entries):
            if "leftOperand" in entry:
                holders.append((entries, index))
            else:
                todo.extend(children for children in entry.values() if isinstance(children, list))
    if not holders or rng.random() < 0.15:
        rng.choice(found["permission"])["constraint"].append(atom(rng, CONDITIONS))
        return found
    entries, index = rng.choice(holders)
    entry, operand = entries[index], shipped().operands[entries[index]["leftOperand"]]
    several = {"isAnyOf", "isAllOf", "isNoneOf"}
    kind = rng.randrange(3)
    if kind == 0 and len(entries) > 1:
        del entries[index]
    elif kind == 1:
        alike = {"rank"} if entry["operator"] in several else several
        entry["operator"] = rng.choice(
            [name for name in sorted(operand.operators) if (name in several) == (alike != several)]
        )
    else:
        entry["rightOperand"] = [literal(operand, rng)] if entry["operator"] in several else literal(operand, rng)
    return found


def meaning(policy: Policy) -> object:
    """A normal form without the names of rules and the order of what holds together: what the text has to show."""
    rules = (*policy.permission, *policy.prohibition, *policy.obligation)
    return (policy.kind, frozenset(_rule(rule) for rule in rules))


def _rule(rule: Permission | Prohibition | Duty) -> object:
    inner = getattr(rule, "duty", ()) or getattr(rule, "remedy", ()) or getattr(rule, "consequence", ())
    return (
        type(rule).__name__,
        msgspec.json.encode((rule.action, rule.target, rule.assigner, rule.assignee)),
        _all(rule.constraint),
        frozenset(_rule(entry) for entry in inner),
    )


def _all(entries: tuple[Constraint, ...]) -> frozenset[object]:
    found: set[object] = set()
    for entry in entries:
        if isinstance(entry, AtomicConstraint):
            found.add(msgspec.structs.replace(entry, uid=""))
        elif entry.operand == "and":
            found |= _all(entry.constraints)
        else:
            found.add(_logical(entry))
    return frozenset(found)


def _logical(entry: LogicalConstraint) -> object:
    children = [next(iter(_all((child,)))) for child in entry.constraints]
    return (entry.operand, tuple(children) if entry.operand == "andSequence" else frozenset(children))
