"""The draft of an example: facts, times and parties that the regions of a cell ask for.

Pure: standard library and msgspec only.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from connector.policy.analysis.space.amounts import EPOCH, INTEGRAL, to_microseconds
from connector.policy.analysis.space.regions import Intervals, NameSet, Region, SetConditions, find_least, is_valueless
from connector.policy.model.literals import find_next
from connector.policy.model.values import Duration, Flag, Instant, Iri, Number, Text, Value
from connector.policy.vocabulary.registry import Operand, Registry

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""The time at which the search for the time of an example begins: a Monday at noon."""


OTHER = "urn:example:other"


class ExampleDraft:
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


def place_region(draft: ExampleDraft, key: str, region: Region) -> bool:
    """Add the demand of one region to a draft; return False if the draft cannot show it.

    >>> draft = ExampleDraft(registry)
    >>> place_region(draft, normal("dk:role eq urn:a").left, NameSet(frozenset({"urn:a"})))
    True
    >>> draft.facts
    {'role': (Iri(iri='urn:a'),)}
    """
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
    if is_valueless(region):
        # Silence shows nothing about terms that the contract alone enforces.
        return operand.tier == "provider" and operand.code not in INTEGRAL
    if operand.code in INTEGRAL:
        return _place_counter(draft, operand, region, prohibited="prohibited " in part)
    if operand.code or operand.sort == "instant":
        return _place_coded(draft, operand, part, region)
    if operand.fact in draft.facts:
        return False
    values = _choose_values(draft.registry, operand, part, region)
    if values is None:
        return False
    draft.facts[operand.fact] = values
    return True


def _place_coded(draft: ExampleDraft, operand: Operand, part: str, region: Region) -> bool:
    if operand.code == "event":
        return _place_event(draft, operand, part, region)
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
            value = find_least(region, to_microseconds(START))
            if value is None:
                return False
            draft.facts[operand.fact] = (Instant(find_next(EPOCH, timedelta(microseconds=int(value)))),)
    return True


def _place_counter(draft: ExampleDraft, operand: Operand, region: Region, *, prohibited: bool) -> bool:
    """The first use is always possible; a later one only if all before it were, which the caller has to know."""
    least = INTEGRAL[operand.code]
    value = find_least(region, least) if isinstance(region, Intervals) else None
    if value is None or not least <= value <= 10**18:
        return False
    used = int(value) - least
    if prohibited:
        # What else a prohibition has counted by then is left open, so only the first use is an example.
        return used == 0
    return draft.counters.setdefault(operand.fact, used) == used


def _place_event(draft: ExampleDraft, operand: Operand, part: str, region: Region) -> bool:
    going_on, over = draft.facts.get(operand.fact, ()), draft.facts.get(operand.fact + ".over", ())
    if isinstance(region, SetConditions):
        found = _choose_several(region, frozenset(), ())
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


def _choose_values(registry: Registry, operand: Operand, part: str, region: Region) -> tuple[Value, ...] | None:
    match region:
        case Intervals() if operand.sort == "number":
            number = find_least(region, 0)
            return None if number is None else (Number(Decimal(number), part),)
        case Intervals() if operand.sort == "duration":
            length = find_least(region, 1)
            return None if length is None or length < 0 or length != int(length) else (Duration(0, int(length)),)
        case NameSet():
            name = _choose_member(region, *_list_known(registry, operand))
            return None if name is None else (_to_value(operand, name),)
        case SetConditions():
            found = _choose_several(region, *_list_known(registry, operand))
            return None if found is None else tuple(_to_value(operand, name) for name in found)
        case _:
            return None


def _list_known(registry: Registry, operand: Operand) -> tuple[frozenset[str], tuple[str, ...]]:
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


def _choose_member(region: NameSet, closed: frozenset[str], tried: tuple[str, ...]) -> str | None:
    """A name of a region, one of the closed list if there is a list."""
    if closed:
        return next((name for name in tried if region.holds(name)), None)
    if not region.outside:
        return min(region.members, default=None)
    name = OTHER
    while not region.holds(name):
        name += "x"
    return name


def _choose_several(region: SetConditions, closed: frozenset[str], tried: tuple[str, ...]) -> tuple[str, ...] | None:
    found: list[str] = []
    for wanted in region.meets:
        if any(map(wanted.holds, found)):
            continue
        if wanted.outside:
            members = frozenset[str](wanted.members | region.avoids.members)
            choice = None if region.avoids.outside else _choose_member(NameSet(members, True), closed, tried)
        else:
            choice = min((name for name in wanted.members if not region.avoids.holds(name)), default=None)
        if choice is None or (closed and choice not in closed):
            return None
        found.append(choice)
    return tuple(found)
