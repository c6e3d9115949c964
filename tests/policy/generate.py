"""Random policies, requests and worlds from a seed, for comparisons with the naive interpreter.

Plain random numbers instead of composed strategies: they are spread evenly, and a thousand cases take a second.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from tests.policy import naive
from tests.policy.support import agreement, atom

PURPOSES = ["ImproveTransportMobility", "PublicBenefit", "CommercialResearch", "CommercialPurpose", "Purpose"]
REGIONS = ["DE-BW", "DE", "FR", "EU", "CH", "world"]
PLACES = [*REGIONS, *REGIONS, "urn:nowhere"]
"""With a name that the taxonomy does not contain, so that it may stand for any of them."""
ROLES = ["planner", "driver", "emergency"]
STATES = ["settled", "due"]
ORDER = ["lt", "lteq", "gt", "gteq", "eq", "neq"]
SETS = ["eq", "neq", "isAnyOf", "isNoneOf", "isAllOf"]
TREE = ["isA", "isPartOf", "hasPart"]
HOURS = [naive.START + timedelta(hours=hours) for hours in (-30, -1, 0, 1, 23, 24, 25, 60)]
DATES = ["2026-04-30", "2026-05-01", "2026-05-02", "2026-05-03"]
T = TypeVar("T")


def some(rng: Random, names: Sequence[T]) -> list[T]:
    return rng.sample(list(names), rng.randint(1, min(3, len(names))))


def named(rng: Random, operand: str, names: Sequence[str], operators: Sequence[str] = SETS) -> dict[str, object]:
    operator = rng.choice(operators)
    several = operator in {"isAnyOf", "isNoneOf", "isAllOf"}
    return atom(operand, operator, some(rng, names) if several else rng.choice(names))


def moment(rng: Random) -> dict[str, object]:
    if rng.random() < 0.2:
        return named(rng, "odrl:dateTime", DATES, ["isAnyOf", "isNoneOf"])
    if rng.random() < 0.4:
        return named(rng, "odrl:dateTime", DATES, ORDER)
    value = {"@value": rng.choice(HOURS).isoformat(), "@type": "xsd:dateTime"}
    return atom("odrl:dateTime", rng.choice(ORDER), value)


ATOMS = [
    moment,
    moment,
    lambda rng: named(rng, "dk:timeOfDay", ["00:00", "01:00", "12:30"], ORDER),
    lambda rng: named(rng, "dk:dayOfWeek", ["Friday", "Saturday", "Sunday"], ["eq", "neq", "isAnyOf", "isNoneOf"]),
    lambda rng: named(rng, "odrl:elapsedTime", ["P0D", "P1D", "P2D"], ORDER[:4]),
    lambda rng: named(rng, "odrl:count", ["1", "2", "3"], [*ORDER, "isAnyOf"]),
    lambda rng: named(rng, "dk:securityLevel", ["1", "2"], [*ORDER, "isNoneOf"]),
    lambda rng: named(rng, "odrl:purpose", ["dpv:" + name for name in PURPOSES], TREE + SETS),
    lambda rng: named(rng, "odrl:spatial", REGIONS, TREE),
    lambda rng: named(rng, "odrl:spatial", PLACES, SETS),
    lambda rng: named(rng, "dk:role", ROLES),
    lambda rng: named(rng, "dk:paymentState", STATES),
    lambda rng: named(rng, "dk:aggregationLevel", naive.LEVELS, [*ORDER, "isAnyOf"]),
]


def constraint(rng: Random, depth: int = 2) -> dict[str, Any]:
    if depth and rng.random() < 0.35:
        children: dict[str, dict[str, Any]] = {}
        while len(children) < rng.randint(2, 3):
            child = constraint(rng, depth - 1)
            children[repr(child)] = child
        return {rng.choice(["and", "or", "xone"]): list(children.values())}
    return rng.choice(ATOMS)(rng)


def choice(rng: Random) -> dict[str, Any]:
    """One of many alternatives that each need a purpose, a region or a role; now and then one that needs something
    else.
    """
    operand, names, operators = rng.choice(
        [
            ("odrl:purpose", ["dpv:" + name for name in PURPOSES], TREE),
            ("odrl:spatial", rng.choice([REGIONS, PLACES]), ["eq", "isAnyOf"]),
            ("dk:role", ROLES, ["eq", "isAnyOf"]),
        ]
    )
    children: dict[str, dict[str, Any]] = {}
    while len(children) < rng.randint(4, 7):
        child = named(rng, operand, names, operators)
        if rng.random() < 0.6:
            child = {"and": [child, atom("dk:securityLevel", rng.choice(ORDER), rng.choice(["0", "1", "2"]))]}
        if rng.random() < 0.03 and not naive.vague(other := constraint(rng, 1), granting=True):
            child = other
        children[repr(child)] = child
    found = {"or" if names is PLACES else rng.choice(["or", "xone"]): list(children.values())}
    # Whether exactly one applies, nobody can tell of a name without a place: the something else may bring one.
    return {"or": list(children.values())} if naive.vague(found, granting=True) else found


def constraints(rng: Random, most: int = 3) -> list[dict[str, Any]]:
    return [constraint(rng) for _ in range(rng.randint(0, most))]


def rule(rng: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"action": rng.choice(["use"] * 4 + ["odrl:play", "odrl:write"])}
    found["constraint"] = constraints(rng, rng.choice([1, 3]))
    if rng.random() < 0.1:
        found["target"] = "urn:shelf"
    if rng.random() < 0.1:
        found["assignee"] = "urn:team"
    return found


def duty(rng: Random, number: int) -> dict[str, Any]:
    found: dict[str, Any] = {"@id": f"urn:duty:{number}", "action": "odrl:inform", "constraint": constraints(rng, 1)}
    if rng.random() < 0.5:
        found["consequence"] = [{"@id": "urn:duty:late", "action": "odrl:compensate"}]
    return found


def document(rng: Random) -> dict[str, Any]:
    """An agreement with up to two permissions and two prohibitions that the engine reads."""
    while naive.is_vague(found := drawn(rng)):
        pass
    return found


def drawn(rng: Random) -> dict[str, Any]:
    """An agreement that may exclude what nobody can place."""
    permissions = [rule(rng) for _ in range(rng.randint(1, 2))]
    for number, permission in enumerate(permissions):
        if rng.random() < 0.3:
            permission["duty"] = [duty(rng, number)]
    found = agreement(*permissions, target="urn:a", assignee="urn:p")
    found["conflict"] = rng.choice(["perm", "prohibit", "invalid"])
    prohibitions = [rule(rng) for _ in range(rng.choice([0, 0, 1, 2]))]
    return found | ({"prohibition": prohibitions} if prohibitions else {})


def case(rng: Random) -> dict[str, Any]:
    """A request and a state of the world; about one fact in seven is missing."""
    at = rng.choice(HOURS) + rng.choice([-1, 0, 1]) * timedelta(microseconds=1)
    known: dict[str, list[Any]] = {
        "securityLevel": [rng.randint(0, 3)],
        "spatial": [rng.choice([*PLACES, "urn:elsewhere"])],
        "role": rng.sample(ROLES, rng.randint(0, 3)),
        "paymentState": [rng.choice(STATES)],
        "aggregationLevel": [rng.choice(naive.LEVELS)],
    }
    for counter in ("permission/0", "permission/1", "prohibition/0", "prohibition/1", "urn:duty:0", "urn:duty:1"):
        known[f"count:{counter}"] = [rng.randint(0, 3)]
    return {
        "at": at,
        "action": rng.choice(["odrl:display"] * 4 + ["use", "odrl:write", "odrl:distribute", "odrl:sell"]),
        "target": rng.choice(["urn:a"] * 5 + ["urn:b"]),
        "assignee": rng.choice(["urn:p"] * 5 + ["urn:q"]),
        "phase": rng.choice(["catalogue", "negotiation", "access", "access"]),
        "lenient": rng.random() < 0.3,
        "facts": {name: value for name, value in known.items() if rng.random() < 0.85},
        "context": {} if rng.random() < 0.15 else {"purpose": [rng.choice([*PURPOSES, "urn:fun"])]},
        "agreed_at": rng.choice([None, naive.START, naive.START - timedelta(days=1)]),
        "part_of": rng.choice([{}, {"urn:a": ["urn:shelf"]}, {"urn:p": ["urn:team"], "urn:b": ["urn:a"]}]),
        "performed": {
            uid: (past(rng, at), past(rng, at))
            for uid in ("urn:duty:0", "urn:duty:1", "urn:duty:late")
            if rng.random() < 0.5
        },
    }


def past(rng: Random, at: datetime) -> datetime | None:
    return rng.choice([None, at - timedelta(hours=rng.randint(1, 3))])
