"""A naive interpreter of policy documents, to check the engine against: slow, small, and sharing none of its code.

It reads the document as it is written, rule by rule, as the specification of the engine puts it. It knows the few
operands, actions and terms that the generated policies use.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import product
from typing import Any

PARENTS = {
    "display": ["play"],
    "play": ["use"],
    "read": ["use"],
    "modify": ["use"],
    "distribute": ["use"],
    "sell": ["transfer"],
    "ImproveTransportMobility": ["PublicBenefit"],
    "PublicBenefit": ["Purpose"],
    "CommercialResearch": ["ResearchAndDevelopment", "CommercialPurpose"],
    "ResearchAndDevelopment": ["Purpose"],
    "CommercialPurpose": ["Purpose"],
    "DE-BW": ["DE"],
    "DE": ["EU"],
    "FR": ["EU"],
    "EU": ["world"],
    "CH": ["world"],
}
KNOWN = set(PARENTS) | {parent for parents in PARENTS.values() for parent in parents}
LEVELS = ["record", "household", "block", "district", "city"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

Case = Mapping[str, Any]


def up(term: str) -> set[str]:
    found = {term}
    for parent in PARENTS.get(term, []):
        found |= up(parent)
    return found


def name(iri: object) -> str:
    short = str(iri).replace("#", "/").rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    return "modify" if short in {"write", "append"} else short


def as_list(entry: Any) -> list[Any]:
    return [] if entry is None else entry if isinstance(entry, list) else [entry]


def left_values(operand: str, rule: str, case: Case) -> list[Any] | None:
    """The values of the left side, None if they are missing."""
    facts, at = case["facts"], case["at"]
    if operand == "dateTime":
        return [at]
    if operand == "timeOfDay":
        return [at.time()]
    if operand == "dayOfWeek":
        return [DAYS[at.weekday()]]
    if operand == "elapsedTime":
        return None if case["agreed_at"] is None else [at - case["agreed_at"]]
    if operand == "count":
        used = facts.get(f"count:{rule}")
        return None if used is None else [used[0] + 1]
    if operand == "purpose" and operand not in facts:
        return case["context"].get(operand)  # type: ignore[no-any-return]  # values of the case
    return facts.get(operand)  # type: ignore[no-any-return]  # values of the case


def right_value(operand: str, raw: Any) -> Any:
    text = raw["@value"] if isinstance(raw, dict) else raw
    if operand == "dateTime":
        if "T" in text:
            return datetime.fromisoformat(text)
        return datetime.fromisoformat(text).date()
    if operand == "elapsedTime":
        return timedelta(days=int(text[1:-1]))
    if operand == "timeOfDay":
        return time.fromisoformat(text)
    if operand in {"count", "securityLevel"}:
        return int(text)
    return name(text) if operand in {"purpose", "spatial"} and name(text) in KNOWN else text


def atomic(constraint: Mapping[str, Any], rule: str, case: Case) -> bool | None:
    operand, operator = name(constraint["leftOperand"]), constraint["operator"]
    left = left_values(operand, rule, case)
    right = [right_value(operand, raw) for raw in as_list(constraint["rightOperand"])]
    if left is None or (operand != "role" and len(left) != 1):
        return None
    if operand in {"purpose", "spatial"} and operator not in {"isA", "isPartOf", "hasPart"}:
        return compared(left[0], right, operator)
    if operator in {"eq", "isAnyOf", "neq", "isNoneOf"}:
        hit = any(same(value, wanted) for value in left for wanted in right)
        return hit if operator in {"eq", "isAnyOf"} else not hit
    if operator == "isAllOf":
        return all(any(same(value, wanted) for value in left) for wanted in right)
    if operator in {"isA", "isPartOf", "hasPart"}:
        return related(left[0], right[0], operator)
    return ordered(left[0], operator, right[0])


def same(value: Any, wanted: Any) -> bool:
    if isinstance(value, datetime) and not isinstance(wanted, datetime):
        return bool(value.date() == wanted)
    return bool(value == wanted)


def compared(value: str, right: Sequence[str], operator: str) -> bool | None:
    """Terms are different if both are known; any other name may be another word for the same."""
    each = [True if value == wanted else False if {value, wanted} <= KNOWN else None for wanted in right]
    if operator in {"neq", "isNoneOf"}:
        return fold("and", [None if same is None else not same for same in each])
    return fold("and" if operator == "isAllOf" else "or", each)


def is_vague(document: Mapping[str, Any]) -> bool:
    """Whether a name that nobody placed lets somebody pass for being something else, so that the policy is refused."""
    rules = [(rule, True) for rule in document["permission"]]
    rules += [(rule, False) for rule in document.get("prohibition", [])]
    rules += [(duty, False) for rule in document["permission"] for duty in rule.get("duty", [])]
    return any(vague(entry, granting=granting) for rule, granting in rules for entry in rule["constraint"])


def vague(constraint: Mapping[str, Any], *, granting: bool | None) -> bool:
    for operand in ("and", "or", "xone"):
        if operand in constraint:
            return any(vague(child, granting=None if operand == "xone" else granting) for child in constraint[operand])
    foreign = (
        name(constraint["leftOperand"]) in {"purpose", "spatial"}
        and not {name(raw) for raw in as_list(constraint["rightOperand"])} <= KNOWN
    )
    return foreign and (granting is None or granting is (constraint["operator"] in {"neq", "isNoneOf"}))


def related(value: str, wanted: str, operator: str) -> bool | None:
    below, above = (wanted, value) if operator == "hasPart" else (value, wanted)
    if above in up(below):
        return True
    return False if value in KNOWN else None


def ordered(value: Any, operator: str, wanted: Any) -> bool:
    if isinstance(value, datetime) and not isinstance(wanted, datetime):
        value = value.date()
    if isinstance(value, str):
        value, wanted = LEVELS.index(value), LEVELS.index(wanted)
    return bool(
        {"lt": value < wanted, "lteq": value <= wanted, "gt": value > wanted, "gteq": value >= wanted}[operator]
    )


def satisfied(constraint: Mapping[str, Any], rule: str, case: Case) -> bool | None:
    for operand in ("and", "or", "xone"):
        if operand in constraint:
            return fold(operand, [satisfied(child, rule, case) for child in constraint[operand]])
    return atomic(constraint, rule, case)


def reachable(constraint: Mapping[str, Any], rule: str, case: Case) -> set[bool | None]:
    """The verdicts at an access by the same party: it and the data stay unknown, other unknowns may become anything."""
    for operand in ("and", "or", "xone"):
        if operand in constraint:
            parts = [reachable(child, rule, case) for child in constraint[operand]]
            return {fold(operand, verdicts) for verdicts in product(*(sorted(part, key=repr) for part in parts))}
    verdict = atomic(constraint, rule, case)
    settled = name(constraint["leftOperand"]) in {"role", "spatial", "securityLevel", "purpose", "aggregationLevel"}
    return {True, False} if verdict is None and not settled else {verdict}


def fold(operand: str, verdicts: Sequence[bool | None]) -> bool | None:
    if operand == "and":
        return False if False in verdicts else None if None in verdicts else True
    if operand == "or":
        return True if True in verdicts else None if None in verdicts else False
    if verdicts.count(True) > 1:
        return False
    return None if None in verdicts else True in verdicts


def all_satisfied(constraints: Sequence[Mapping[str, Any]], rule: str, case: Case) -> bool | None:
    return satisfied({"and": constraints}, rule, case)


def inside(member: str, wanted: str, case: Case) -> bool:
    if member == wanted:
        return True
    return any(inside(collection, wanted, case) for collection in case["part_of"].get(member, ()))


def matches(rule: Mapping[str, Any], document: Mapping[str, Any], case: Case) -> bool:
    return (
        name(rule["action"]) in up(name(case["action"]))
        and inside(case["target"], rule.get("target", document["target"]), case)
        and inside(case["assignee"], rule.get("assignee", document["assignee"]), case)
    )


PARTY = {"securityLevel", "purpose", "spatial", "role"}
TIMES = {"dateTime", "elapsedTime", "timeOfDay", "dayOfWeek"}


def parts_of(constraints: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [part for entry in constraints for part in (parts_of(entry["and"]) if "and" in entry else [entry])]


def operands_of(constraint: Mapping[str, Any]) -> set[str]:
    for operand in ("and", "or", "xone"):
        if operand in constraint:
            return set().union(*(operands_of(child) for child in constraint[operand]))
    return {name(constraint["leftOperand"])}


def deadline(constraint: Mapping[str, Any], case: Case) -> datetime | None:
    """The first instant after an upper bound of time; None for another constraint, or without an agreement."""
    operand = name(constraint.get("leftOperand", ""))
    if operand not in {"dateTime", "elapsedTime"} or constraint["operator"] not in {"lt", "lteq"}:
        return None
    end = right_value(operand, constraint["rightOperand"])
    included = constraint["operator"] == "lteq"
    if operand == "elapsedTime":
        end = None if case["agreed_at"] is None else case["agreed_at"] + end
    elif not isinstance(end, datetime):
        end = datetime(end.year, end.month, end.day, tzinfo=UTC) + timedelta(days=included)
        included = False
    return None if end is None else end + timedelta(microseconds=included)


def met_once(times: Sequence[Mapping[str, Any]], begin: datetime, end: datetime, duty: str, case: Case) -> bool:
    """Whether all times are met at one instant of a span of hours: literals lie on half-hours."""
    halves = [START + timedelta(minutes=30 * step) for step in range(-100, 200)]
    near = [half + delta * timedelta(microseconds=1) for half in halves for delta in (-1, 0, 1)]
    moments = [begin, end, *(moment for moment in near if begin <= moment <= end)]
    return any(all_satisfied(times, duty, {**case, "at": moment}) is True for moment in moments)


def duty_state(duty: Mapping[str, Any], case: Case) -> str:
    """Whether a duty is off, done, open, or lost for good."""
    parts = parts_of(duty.get("constraint", []))
    party = [part for part in parts if operands_of(part) <= PARTY]
    limits = [limit for part in parts if (limit := deadline(part, case)) is not None]
    bounds = [part for part in parts if name(part.get("leftOperand", "")) in {"dateTime", "elapsedTime"}]
    bounds = [part for part in bounds if part["operator"] in {"lt", "lteq"}]
    times = [part for part in parts if operands_of(part) <= TIMES and part not in bounds]
    if all_satisfied(party, duty["@id"], case) is False:
        return "off"
    limit = min(limits, default=None)
    consequences = [case["performed"].get(entry["@id"], (None, None))[0] for entry in duty.get("consequence", [])]
    done, broken = case["performed"].get(duty["@id"], (None, None))
    if done is not None and done < case["at"]:
        late = limit is not None and done >= limit
        last = case["at"] if limit is None else min(case["at"], limit - timedelta(microseconds=1))
        since = limit if late and broken is None else broken
        settled = since is None or all(entry is not None and since <= entry < case["at"] for entry in consequences)
        if late:
            kept = bool(consequences) and settled
        else:
            kept = settled and (not times or met_once(times, done, last, duty["@id"], case))
        if kept:
            return "done"
    return "lost" if limit is not None and case["at"] >= limit and not consequences else "open"


def duty_done(duty: Mapping[str, Any], case: Case) -> bool:
    if duty_state(duty, case) in {"off", "done"}:
        return True
    return bool(case["lenient"]) and case["performed"].get(duty["@id"], (None, None))[1] is None


def void(document: Mapping[str, Any], strategy: str) -> bool:
    """A conflict that is certain before anybody asks."""

    def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        first, second = name(one["action"]), name(other["action"])
        return (first in up(second) or second in up(first)) and all(
            one.get(part, document[part]) == other.get(part, document[part]) for part in ("target", "assignee")
        )

    return strategy == "invalid" and any(
        overlap(permission, prohibition)
        for permission in document.get("permission", [])
        for prohibition in document.get("prohibition", [])
        if not prohibition.get("constraint")
    )


def decide(document: Mapping[str, Any], case: Case) -> str:
    """The verdict, as the specification writes it down."""
    strategy = document.get("conflict", "invalid")
    if void(document, strategy):
        return "deny"
    access, signing = case["phase"] == "access", case["phase"] == "negotiation"
    allowed = {True} if access else {True, None}
    blocked = {True, None} if access else {True}
    active, open_checks = [], False
    for index, rule in enumerate(document.get("permission", [])):
        verdict = all_satisfied(rule.get("constraint", []), f"permission/{index}", case)
        duties = all(duty_done(duty, case) for duty in rule.get("duty", []))
        if signing and True not in reachable({"and": rule.get("constraint", [])}, f"permission/{index}", case):
            continue
        lost = not case["lenient"] and any(duty_state(duty, case) == "lost" for duty in rule.get("duty", []))
        if matches(rule, document, case) and verdict in allowed and (duties if access else not lost):
            active.append(rule)
            strict = {**case, "lenient": False}
            done = all(duty_done(duty, strict) for duty in rule.get("duty", []))
            open_checks |= not access and (verdict is None or not done)
    blocking = []
    for index, rule in enumerate(document.get("prohibition", [])):
        if matches(rule, document, case):
            verdict = all_satisfied(rule.get("constraint", []), f"prohibition/{index}", case)
            open_checks |= verdict is None and not access
            if signing and verdict is None:
                verdict = False not in reachable({"and": rule.get("constraint", [])}, f"prohibition/{index}", case)
            if verdict in blocked:
                blocking.append(verdict)
    if active and True in blocking and strategy == "invalid":
        return "deny"
    if blocking and not (active and strategy == "perm"):
        return "deny"
    if not active:
        return "deny"
    return "deferred" if open_checks else "permit"


START = datetime(2026, 5, 1, tzinfo=UTC)
