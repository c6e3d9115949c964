"""The regions of each kind of constraint are where the evaluator says True, and where it says False."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain, combinations

import pytest

from connector.policy.analysis.space.amounts import to_microseconds
from connector.policy.analysis.space.constraint import read_dimension
from connector.policy.analysis.space.dimension import Dimension, assume
from connector.policy.analysis.space.names import to_name
from connector.policy.analysis.space.regions import Intervals, NameSet, Region, SetConditions
from connector.policy.model.policy import AtomicConstraint
from connector.policy.model.situation import Request, World
from connector.policy.model.values import Duration, Iri, Number, Text, Value
from tests.policy.analysis.generate import CLOCKS, DAYS, INSTANTS, LEVELS, ORDER, PURPOSES, REGIONS, SETS, typed
from tests.policy.analysis.support import use
from tests.policy.support import MOBILITY, TARGET, atom, shipped

LIST = ["isAnyOf", "isNoneOf", "isAllOf"]
BASES = ["eu-gdpr:A6-1-a", "eu-gdpr:A6-1-a-explicit-consent", "eu-gdpr:A6-1-e"]


def lists(left: str, names: list[str]) -> Iterator[dict[str, object]]:
    for operator in SETS:
        for right in (names[:1], names[:2]):
            yield atom(left, operator, right if operator in LIST else right[0])


CONSTRAINTS = [
    *(atom("odrl:dateTime", operator, typed(text, "date")) for operator in ORDER for text in DAYS),
    *(atom("odrl:dateTime", operator, typed(text, "dateTime")) for operator in ORDER for text in INSTANTS),
    *(atom("odrl:dateTime", operator, [typed(text, "date") for text in DAYS]) for operator in LIST[:2]),
    *(
        atom("dk:timeOfDay", operator, typed(text, "time"))
        for operator in ORDER
        for text in [*CLOCKS, "06:00:00+02:00"]
    ),
    *(atom("dk:dayOfWeek", operator, ["Monday", "Sunday"]) for operator in LIST[:2]),
    *(atom("dk:securityLevel", operator, text) for operator in ORDER for text in ("1", "2.5")),
    *(atom("dk:securityLevel", operator, ["1", "2.5"]) for operator in LIST[:2]),
    *(atom("odrl:count", operator, text) for operator in ORDER for text in ("1", "3", "2.5")),
    *(atom("odrl:count", operator, ["2", "3", "2.5"]) for operator in LIST[:2]),
    *(atom("dk:volume", operator, "2", unit="kB") for operator in ORDER),
    *(atom("dk:dataAge", operator, typed(text, "duration")) for operator in ORDER for text in ("P30D", "P1M", "PT1H")),
    *(atom("odrl:elapsedTime", operator, typed("P2D", "duration")) for operator in ORDER[:4]),
    *(atom("dk:aggregationLevel", operator, name) for operator in ORDER for name in ("record", "block", "city")),
    *(atom("odrl:event", operator, name) for operator in ORDER for name in ("urn:e:a", "odrl:policyUsage")),
    *(atom("odrl:event", operator, ["urn:e:a", "urn:e:b"]) for operator in LIST[:2]),
    *lists("dk:role", ["urn:r:a", "urn:r:b"]),
    *lists("dk:participant", ["urn:p:a", "urn:p:b"]),
    *lists("dk:organisationType", ["company", "person"]),
    *lists("odrl:purpose", PURPOSES),
    *lists("dk:legalBasis", BASES),
    *(
        atom(left, operator, name)
        for left, names in (("odrl:purpose", PURPOSES), ("dk:legalBasis", BASES), ("odrl:spatial", REGIONS))
        for operator in ("isA", "isPartOf", "hasPart")
        for name in names
    ),
    *lists("odrl:product", ["urn:i:a", "urn:i:b"]),
]


def several(values: list[Value]) -> Iterator[tuple[Value, ...]]:
    return chain.from_iterable(combinations(values, size) for size in range(len(values) + 1))


def situations(constraint: AtomicConstraint) -> Iterator[tuple[Request, World]]:
    """Every kind of situation for one operand, also that nothing is known."""
    operand = shipped().operands[constraint.left]
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    times = [noon + timedelta(hours=hours, microseconds=step) for hours in range(-60, 61, 6) for step in (-1, 0, 1)]
    pool: list[Value] = []
    if operand.code in {"count", "volume"}:
        steps = [0, 1, 2, 3] if operand.code == "count" else [0, 1999, 2000, 2001]
        for used in steps:
            yield plain(noon, {f"{operand.fact}:permission/0": (Number(Decimal(used)),)})
        yield plain(noon, {})
        return
    if operand.code == "elapsed_time":
        yield from (plain(noon, {}, agreed) for agreed in (*times, None))
        return
    if operand.code == "event":
        names: list[Value] = [Iri(name) for name in ("urn:e:a", "urn:e:b", "urn:e:c")]
        yield from (
            plain(noon, {"event": now, "event.over": over}) for now in several(names) for over in several(names)
        )
        yield plain(noon, {})
        return
    if operand.source == "clock":
        yield from (plain(at, {}) for at in times)
        return
    if operand.sort == "number":
        pool = [Number(Decimal(text)) for text in ("0", "1", "2", "2.5", "3")]
    elif operand.sort == "duration":
        pool = [
            Duration(0, days * 86_400_000 + step) for days in (0, 27, 28, 29, 30, 31, 32) for step in (0, 1, 3_600_000)
        ]
    elif operand.taxonomy:
        terms = shipped().taxonomies[operand.taxonomy].terms
        pool = [*(Iri(name) for name in list(terms)[: 5 if operand.multiple else 99]), Iri("urn:elsewhere")]
    else:
        right = {value.iri for value in constraint.right if isinstance(value, Iri)}
        pool = [*(Iri(name) for name in sorted(right | set(LEVELS[:2]))), Iri("urn:elsewhere")]
    choices = several(pool) if operand.multiple else ((value,) for value in pool)
    yield from (plain(noon, {operand.fact: values}) for values in choices)
    yield plain(noon, {})


def plain(at: datetime, facts: dict[str, tuple[Value, ...]], agreed: datetime | None = None) -> tuple[Request, World]:
    return Request("use", TARGET, MOBILITY, at), World(facts=facts, agreed_at=agreed)


def belongs(region: Region, found: Dimension, constraint: AtomicConstraint, request: Request, world: World) -> bool:
    """Whether a situation belongs to a region of the constraint's operand."""
    operand = shipped().operands[constraint.left]
    part = found.key.removeprefix(operand.iri).removeprefix("|")
    values: tuple[Value, ...] | None = world.facts.get(operand.fact)
    if found.key.endswith("|usage"):
        return isinstance(region, NameSet) and region.holds("yes")
    if operand.code == "event" and isinstance(region, NameSet) and values is not None:
        over = Iri(part) in world.facts["event.over"]
        return region.holds("during" if Iri(part) in values else "after" if over else "before")
    match operand.code:
        case "date_time":
            return isinstance(region, Intervals) and region.holds(to_microseconds(request.at))
        case "time_of_day":
            return isinstance(region, Intervals) and region.holds(
                (to_microseconds(request.at) + int(part or 0) * 60_000_000) % 86_400_000_000
            )
        case "day_of_week":
            return isinstance(region, NameSet) and region.holds(operand.values[request.at.weekday()])
        case "elapsed_time" if world.agreed_at is not None and isinstance(region, Intervals):
            return region.holds((request.at - world.agreed_at) // timedelta(microseconds=1))
        case "count" | "volume":
            values = world.facts.get(f"{operand.fact}:permission/0")
    if not values and not (operand.multiple and values == ()):
        return region.missing
    if isinstance(region, Intervals):
        (value,) = values
        number = value.amount + (operand.code == "count") if isinstance(value, Number) else value.milliseconds  # type: ignore[union-attr]
        return region.holds(number)
    names = [value.iri if isinstance(value, Iri) else "" for value in values]
    return region.holds(names) if isinstance(region, SetConditions) else region.holds(names[0])


@pytest.mark.parametrize("document", CONSTRAINTS, ids=lambda entry: f"{entry['leftOperand']}-{entry['operator']}")
def test_regions_are_where_the_evaluator_says_so(document: dict[str, object]) -> None:
    check = use(document).permissions[0].constraints[0]
    assert isinstance(check.constraint, AtomicConstraint)
    found = read_dimension(check.constraint, shipped())
    assert found is not None
    if shipped().operands[check.constraint.left].tier != "provider":
        found = assume(found, granted=True)
    for request, world in situations(check.constraint):
        verdict = check.test(request, world)
        true, false = (
            any(belongs(region, found, check.constraint, request, world) for region in regions)
            for regions in (found.true, found.false)
        )
        assert (true, false) == (verdict is True, verdict is False), (request.at, world)


def test_texts_and_flags_have_names_too() -> None:
    assert to_name(Text("hello", "en")) == "hello@en"
    assert to_name(Number(Decimal(1))) is None
