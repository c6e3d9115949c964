"""Random policies over a small vocabulary, dense enough that pairs of them meet, nest and part."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from connector.policy.compiling.compiled import Compiled
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import DK
from tests.policy.support import atom, build

T = TypeVar("T")
Choose = Callable[[Sequence[T]], T]
"""Picks one of several: `random.Random.choice`, or a draw of hypothesis."""

DAYS = ["2026-03-01", "2026-03-02", "2026-06-01"]
INSTANTS = ["2026-03-01T00:00:00Z", "2026-03-01T12:00:00Z", "2026-03-02T00:00:00Z"]
PURPOSES = ["dpv:ResearchAndDevelopment", "dpv:AcademicResearch", "dpv:ScientificResearch", "dpv:Marketing"]
ROLES = ["urn:r:a", "urn:r:b", "urn:r:c"]
LEVELS = ["record", "household", "block", "district", "city"]
REGIONS = ["world", "EU", "DE", "FR"]
PLACES = [*REGIONS, "urn:nowhere"]
"""With a name that the taxonomy does not contain."""
INDUSTRIES = ["urn:i:a", "urn:i:b"]
SPANS = ["P1D", "P30D", "P1M", "P3M"]
CLOCKS = ["06:00:00", "12:00:00", "24:00:00"]
EVENTS = ["urn:e:flood", "urn:e:fair", "odrl:policyUsage"]
ACTIONS = ["use", "odrl:read", "odrl:play", "odrl:display", "odrl:distribute"]
ORDER = ["lt", "lteq", "gt", "gteq", "eq", "neq"]
SETS = ["isAnyOf", "isNoneOf", "isAllOf", "eq", "neq"]


def atomic(choose: Choose) -> dict[str, object]:
    """One constraint."""
    return choose(ATOMS)(choose)


def moment(choose: Choose) -> dict[str, object]:
    right = choose([*(typed(text, "date") for text in DAYS), *(typed(text, "dateTime") for text in INSTANTS)])
    return atom("odrl:dateTime", choose(ORDER), right)


def days(choose: Choose) -> dict[str, object]:
    found = sorted({choose(["Monday", "Tuesday", "Sunday"]), choose(["Monday", "Saturday"])})
    return atom("dk:dayOfWeek", choose(["isAnyOf", "isNoneOf"]), found)


ATOMS: list[Callable[[Choose], dict[str, object]]] = [
    moment,
    days,
    lambda choose: atom("dk:securityLevel", choose(ORDER), choose(["1", "2", "2.5", "3"])),
    lambda choose: atom("odrl:count", choose(["lt", "lteq", "lteq"]), choose(["2", "3", "5"])),
    lambda choose: atom("dk:aggregationLevel", choose(ORDER), choose(LEVELS)),
    lambda choose: atom("odrl:elapsedTime", choose(ORDER[:4]), typed(choose(SPANS), "duration")),
    lambda choose: atom("dk:timeOfDay", choose(ORDER), typed(choose(CLOCKS), "time")),
    lambda choose: several("odrl:event", choose(["eq", "neq", "isAnyOf", "isNoneOf", "lt", "gt"]), EVENTS, choose),
    lambda choose: hierarchy("odrl:purpose", PURPOSES, choose),
    lambda choose: hierarchy("odrl:spatial", REGIONS, choose),
    lambda choose: several("odrl:spatial", choose(["eq", "isAnyOf"]), PLACES, choose),
    lambda choose: hierarchy("dk:recordRegion", REGIONS, choose),
    lambda choose: several("dk:role", choose(SETS), ROLES, choose),
    lambda choose: several("odrl:industry", choose(SETS), INDUSTRIES, choose),
]


def typed(text: str, kind: str) -> dict[str, object]:
    return {"@value": text, "@type": f"xsd:{kind}"}


def hierarchy(left: str, terms: Sequence[str], choose: Choose) -> dict[str, object]:
    operator = choose(["isA", "isA", "isPartOf", "hasPart", *SETS])
    return several(left, operator, terms, choose)


def several(left: str, operator: str, names: Sequence[str], choose: Choose) -> dict[str, object]:
    if operator in {"isAnyOf", "isNoneOf", "isAllOf"}:
        return atom(left, operator, sorted({choose(names), choose(names)}))
    return atom(left, operator, choose(names))


def constraint(choose: Choose, depth: int = 2) -> dict[str, object]:
    kind = choose(["atomic", "atomic", "atomic", "and", "or", "xone", "andSequence"]) if depth else "atomic"
    if kind == "atomic":
        return atomic(choose)
    children: list[dict[str, object]] = []
    for _ in range(choose([2, 2, 3])):
        child = constraint(choose, depth - 1)
        if child not in children:
            children.append(child)
    return {kind: children}


def rule(choose: Choose, most: int) -> dict[str, object]:
    found = {"action": choose(ACTIONS), "constraint": [constraint(choose) for _ in range(choose(range(most + 1)))]}
    if choose([True, False, False]):
        found["target"] = choose(["urn:t:1", "urn:t:1", "urn:t:2"])
    return found


def document(choose: Choose) -> dict[str, object]:
    found: dict[str, object] = {
        "@context": {"dk": DK},
        "@type": "Offer",
        "@id": "urn:policy",
        "assigner": "urn:p:city",
        "conflict": choose(["prohibit", "prohibit", "perm", "invalid"]),
        "permission": [rule(choose, 3) for _ in range(choose([1, 1, 1, 2]))],
    }
    if choose([True, False]):
        found["prohibition"] = [rule(choose, 2)]
    return found


def edited(original: dict[str, object], choose: Choose) -> dict[str, object]:
    """The same policy with one to three small changes, as one side of a negotiation would make them."""
    found = {**original, "permission": [dict(entry) for entry in original["permission"]]}  # type: ignore[attr-defined]
    for _ in range(choose([1, 2, 3])):
        entry = choose(found["permission"])
        constraints = list(entry["constraint"])
        match choose(["add", "add", "drop", "replace", "action", "unprohibit"]):
            case "add":
                constraints.append(atomic(choose))
            case "drop" if constraints:
                constraints.pop()
            case "replace" if constraints:
                constraints[-1] = atomic(choose)
            case "action":
                entry["action"] = choose(ACTIONS)
            case "unprohibit":
                found.pop("prohibition", None)
            case _:
                pass
        entry["constraint"] = constraints
    return found


MIXED = {"mixed-row-filter", "contractual-in-xone", "repeated-constraint", "unknown-term"}


def compiled(source: dict[str, object]) -> Compiled | None:
    """Compile a generated policy; None where it mixes what the engine refuses to mix."""
    try:
        return build(source, accept=frozenset({"provider", "organisational"}))
    except PolicyError as refused:
        if refused.code in MIXED:
            return None
        raise


def pair(choose: Choose) -> tuple[Compiled, Compiled] | None:
    """An offer and a request, often an edit of the offer."""
    first = document(choose)
    second = edited(first, choose) if choose([True, True, False]) else document(choose)
    offer, request = compiled(first), compiled(second)
    return None if offer is None or request is None else (offer, request)
