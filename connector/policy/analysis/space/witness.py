"""Examples: from a cell to a situation in which the evaluator itself is asked. What exists is only claimed with one.

Pure: standard library and msgspec only.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from connector.policy.analysis.space.atoms import EPOCH, INTEGRAL, microseconds
from connector.policy.analysis.space.cells import Cell, StepBudget, weight
from connector.policy.analysis.space.findings import Example
from connector.policy.analysis.space.regions import Intervals, NameSet, Point, Region, SetConditions, valueless
from connector.policy.comparing.local_time import DAY
from connector.policy.compiling.compile import Compiled, CompiledDuty
from connector.policy.deciding.decide import decide
from connector.policy.deciding.rows import row_test
from connector.policy.model.decision import Decision, Performance, Phase, Request, Verdict, World
from connector.policy.model.literals import MICROSECOND
from connector.policy.model.model import ODRL, Duration, Flag, Instant, Iri, Number, Text, Value
from connector.policy.vocabulary.registry import Operand, Registry

_START = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""Where an example begins to look for a time: a Monday at noon."""
_AMPLE = 400 * DAY
_LONG = 20_000 * DAY
_OTHER = "urn:example:other"


class _ExampleDraft:
    """An example while it is put together."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.facts: dict[str, tuple[Value, ...]] = {}
        self.at = Intervals(first=True)
        self.clocks: dict[int, Intervals] = {}
        self.days: NameSet | None = None
        self.elapsed: Intervals | None = None
        self.action: NameSet | None = None
        self.belongs: dict[str, list[str]] = {"target": [], "assignee": []}
        self.counters: dict[str, int] = {}


def example(cell: Cell, registry: Registry, policies: Sequence[Compiled], budget: StepBudget) -> Example | None:
    """Build a situation inside a cell.

    Parameters:
        cell: of the policies below.
        policies: whose duties are all performed and whose counters are set.
        budget: how many steps it may take, with asking each policy about the example once.

    Returns:
        The situation; None where none is found that could really happen. Nothing is proven before it was asked.

    Raises:
        GaveUp: there are too few steps.
    """
    budget.spend(weight(cell) + sum(map(_burden, policies)))
    draft = _ExampleDraft(registry)
    for key, region in cell.items():
        if not _place(draft, key, region):
            return None
    at = _time(draft, budget)
    if at is None:
        return None
    agreed = None
    if draft.elapsed is not None and not valueless(draft.elapsed):
        waited = _find_wait(draft.elapsed)
        if waited is None or waited > _LONG:
            return None
        agreed = at - timedelta(microseconds=waited)
    request = _request(draft, at)
    return None if request is None else Example(request, _world(draft, at, agreed, policies))


def _request(draft: _ExampleDraft, at: datetime) -> Request | None:
    action = ODRL + "use"
    if draft.action is not None and not draft.action.holds(action):
        if draft.action.outside:
            candidates = [iri for iri in draft.registry.covers if draft.action.holds(iri)]
        else:
            candidates = [iri for iri in draft.action.members if iri in draft.registry.covers]
        if not candidates:
            return None
        action = min(candidates)
    parties = {}
    for name, uids in draft.belongs.items():
        if len(set(uids)) > 1:
            # Nobody here knows whether one asset or party belongs to two collections.
            return None
        parties[name] = uids[0] if uids else _OTHER
    return Request(action, parties["target"], parties["assignee"], at)


def _world(draft: _ExampleDraft, at: datetime, agreed: datetime | None, policies: Iterable[Compiled]) -> World:
    before = Performance(fulfilled_at=at - timedelta(days=1))
    performed = {}
    facts = dict(draft.facts)
    for policy in policies:
        for duty in first_duties(policy):
            performed[duty.duty.uid] = before
        for rule in policy.permissions:
            for counter in rule.counters:
                name = counter.fact.split(":", 1)[0]
                facts[counter.fact] = (Number(Decimal(draft.counters.get(name, 0))),)
        for rule in policy.prohibitions:
            for counter in rule.counters:
                facts[counter.fact] = (Number(Decimal(0)),)
    return World(
        facts=facts,
        performed=performed,
        agreed_at=agreed,
        transforms=frozenset(draft.registry.transforms.values()),
        row_filters=True,
    )


def first_duties(policy: Compiled) -> list[CompiledDuty]:
    """The duties that come before a use."""
    return [duty for rule in policy.permissions for duty in rule.duties]


def _place(draft: _ExampleDraft, key: str, region: Region) -> bool:
    """Note what one region asks of the example; False where that cannot be shown."""
    name, _, part = key.partition("|")
    if key == "action":
        draft.action = region if isinstance(region, NameSet) else None
        return True
    if name in draft.belongs:
        if isinstance(region, NameSet) and region.holds("yes"):
            draft.belongs[name].append(part)
        return True
    operand = draft.registry.operands.get(name)
    if operand is None:
        return False
    if valueless(region):
        # Silence shows nothing about terms that the contract alone enforces.
        return operand.tier == "provider" and operand.code not in INTEGRAL
    if operand.code in INTEGRAL:
        return _counter(draft, operand, region, prohibited="prohibited " in part)
    if operand.code or operand.sort == "instant":
        return _note_coded(draft, operand, part, region)
    if operand.fact in draft.facts:
        return False
    values = _values(draft.registry, operand, part, region)
    if values is None:
        return False
    draft.facts[operand.fact] = values
    return True


def _note_coded(draft: _ExampleDraft, operand: Operand, part: str, region: Region) -> bool:
    if operand.code == "event":
        return _event(draft, operand, part, region)
    if isinstance(region, NameSet) and operand.code == "day_of_week":
        draft.days = region
        return True
    if not isinstance(region, Intervals):
        return False
    match operand.code:
        case "date_time":
            draft.at = region
        case "time_of_day":
            draft.clocks[int(part or 0)] = region
        case "elapsed_time":
            draft.elapsed = region
        case _:
            value = least_value(region, microseconds(_START))
            if value is None:
                return False
            draft.facts[operand.fact] = (Instant(EPOCH + timedelta(microseconds=int(value))),)
    return True


def _counter(draft: _ExampleDraft, operand: Operand, region: Region, *, prohibited: bool) -> bool:
    """The first use is always possible; a later one only where all before it were, which the caller has to know."""
    least = INTEGRAL[operand.code]
    value = least_value(region, least) if isinstance(region, Intervals) else None
    if value is None or not least <= value <= 10**18:
        return False
    used = int(value) - least
    if prohibited:
        # What else a prohibition has counted by then is left open, so only the first use is an example.
        return used == 0
    return draft.counters.setdefault(operand.fact, used) == used


def _event(draft: _ExampleDraft, operand: Operand, part: str, region: Region) -> bool:
    going_on, over = draft.facts.get(operand.fact, ()), draft.facts.get(operand.fact + ".over", ())
    if isinstance(region, SetConditions):
        found = _several(region, frozenset(), ())
        if found is None:
            return False
        going_on = tuple(dict.fromkeys((*going_on, *(Iri(name) for name in found))))
    elif isinstance(region, NameSet) and part != "usage":
        if region.holds("during"):
            going_on = (*going_on, Iri(part))
        elif region.holds("after"):
            over = (*over, Iri(part))
    draft.facts[operand.fact], draft.facts[operand.fact + ".over"] = going_on, over
    return True


def _values(registry: Registry, operand: Operand, part: str, region: Region) -> tuple[Value, ...] | None:
    match region:
        case Intervals() if operand.sort == "number":
            number = least_value(region, 0)
            return None if number is None else (Number(Decimal(number), part),)
        case Intervals() if operand.sort == "duration":
            length = least_value(region, 1)
            return None if length is None or length < 0 or length != int(length) else (Duration(0, int(length)),)
        case NameSet():
            name = _member(region, *_known(registry, operand))
            return None if name is None else (_to_value(operand, name),)
        case SetConditions():
            found = _several(region, *_known(registry, operand))
            return None if found is None else tuple(_to_value(operand, name) for name in found)
        case _:
            return None


def _known(registry: Registry, operand: Operand) -> tuple[frozenset[str], tuple[str, ...]]:
    """The names an operand is sure to have, if its list is closed; and names to try."""
    if operand.taxonomy:
        terms = registry.taxonomies[operand.taxonomy].terms
        return frozenset(terms), tuple(terms)
    if operand.values:
        return frozenset(operand.values), operand.values
    return frozenset(), ()


def _to_value(operand: Operand, name: str) -> Value:
    if operand.sort == "flag":
        return Flag(name == "true")
    if operand.sort == "text":
        text, _, language = name.rpartition("@")
        return Text(text, language)
    return Iri(name)


def _member(region: NameSet, closed: frozenset[str], tried: tuple[str, ...]) -> str | None:
    """A name of a region, one of the closed list if there is a list."""
    if closed:
        return next((name for name in tried if region.holds(name)), None)
    if not region.outside:
        return min(region.members, default=None)
    name = _OTHER
    while not region.holds(name):
        name += "x"
    return name


def _several(region: SetConditions, closed: frozenset[str], tried: tuple[str, ...]) -> tuple[str, ...] | None:
    found: list[str] = []
    for wanted in region.meets:
        if any(map(wanted.holds, found)):
            continue
        if wanted.outside:
            members = frozenset[str](wanted.members | region.avoids.members)
            choice = None if region.avoids.outside else _member(NameSet(members, True), closed, tried)
        else:
            choice = min((name for name in wanted.members if not region.avoids.holds(name)), default=None)
        if choice is None or (closed and choice not in closed):
            return None
        found.append(choice)
    return tuple(found)


def least_value(region: Intervals, least: Point) -> Point | None:
    """The first value of a region from `least` on, or one close to it; None if there is none."""
    if region.holds(least):
        return least
    for index, (value, side) in enumerate(region.cuts):
        if value < least or (value == least and not side):
            continue
        candidates: list[Point] = [value]
        if side:
            after = region.cuts[index + 1][0] if index + 1 < len(region.cuts) else None
            candidates = [value + 1] if after is None else [value + 1, (Decimal(value) + Decimal(after)) / 2]
        for candidate in candidates:
            if region.holds(candidate):
                return candidate
    return None


def _find_wait(region: Intervals) -> int | None:
    """A time since the agreement well inside a region, in microseconds; months may be longer than they are counted."""
    start = least_value(region, 1)
    if start is None:
        return None
    end = next((value for value, _ in region.cuts if value > start), None)
    return int(start) + _AMPLE if end is None else int(end) - 1


def _burden(policy: Compiled) -> int:
    """What it costs to ask a policy once."""
    rules = (*policy.permissions, *policy.prohibitions)
    return len(policy.obligations) + sum(1 + len(rule.duties) + rule.leaves for rule in rules)


def _time(draft: _ExampleDraft, budget: StepBudget) -> datetime | None:
    """An instant that fits dates, days of the week and clocks; the zone of the provider is UTC in examples."""
    starts = [_START, *(EPOCH + timedelta(microseconds=int(value)) for value, _ in draft.at.cuts if _sane(value))]
    for start in starts:
        for begin in (start, start - timedelta(days=8)):
            if not timedelta(0) < begin - EPOCH:
                continue
            for moment in _moments(draft, begin):
                budget.spend(1 + len(draft.at.cuts) // 8)
                if _fits(draft, moment):
                    return moment
    return None


def _sane(value: Point) -> bool:
    return 10**13 < value < 10**17


def _moments(draft: _ExampleDraft, begin: datetime) -> Iterable[datetime]:
    """Instants to try: the beginning, the one before it, and on the days that follow those at which a clock turns."""
    yield begin
    yield begin - MICROSECOND
    marks: list[tuple[int, int]] = [(0, 0), (0, DAY // 2)]
    for offset, region in draft.clocks.items():
        marks += [(offset, int(value)) for value, _ in region.cuts if value < DAY]
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(9):
        for offset, mark in marks:
            yield midnight + timedelta(days=day, microseconds=mark - offset * 60_000_000)


def _fits(draft: _ExampleDraft, moment: datetime) -> bool:
    now = microseconds(moment)
    if not draft.at.holds(now):
        return False
    for offset, region in draft.clocks.items():
        if not region.holds((now + offset * 60_000_000) % DAY):
            return False
    return draft.days is None or draft.days.holds(_DAYS[moment.weekday()])


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def grant_example(policy: Compiled, found: Example) -> Decision | None:
    """Ask the evaluator whether the policy, once agreed, grants the example and lets its record leave.

    Returns:
        The decision; None if it is denied or the record stays.
    """
    decision = decide(as_agreement(policy), found.request, found.world, Phase.ACCESS)
    if decision.verdict is not Verdict.PERMIT:
        return None
    if decision.row_filter is not None and not row_test(decision.row_filter, policy.registry)(found.world.facts):
        return None
    return decision


def as_agreement(policy: Compiled) -> Compiled:
    """The same rules as an agreement, since an offer is no grant."""
    if policy.policy.kind != "Offer":
        return policy
    return msgspec.structs.replace(policy, policy=msgspec.structs.replace(policy.policy, kind="Agreement"))


def later_use(found: Example) -> bool:
    """Whether the example is not the first use under its counters."""
    return any(
        isinstance(values[0], Number) and values[0].amount > 0
        for fact, values in found.world.facts.items()
        if values and _is_counter(fact)
    )


def first_use(found: Example) -> Example:
    """The same situation before any use."""
    facts: Mapping[str, tuple[Value, ...]] = {
        fact: (Number(Decimal(0)),) if _is_counter(fact) else values for fact, values in found.world.facts.items()
    }
    return Example(found.request, msgspec.structs.replace(found.world, facts=facts))


def drop_performed(found: Example, uids: Collection[str]) -> Example:
    """The same situation without some duties performed."""
    world = found.world
    performed = {uid: record for uid, record in world.performed.items() if uid not in uids}
    return Example(found.request, msgspec.structs.replace(world, performed=performed, transforms=frozenset()))


def _is_counter(fact: str) -> bool:
    return ":" in fact
