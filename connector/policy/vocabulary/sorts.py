"""Sorts: how a literal takes the sort of its operand, in the policy and in the facts alike.

Values of different sorts are never equal and never ordered. Pure: standard library only.
"""

from collections.abc import Iterable, Mapping

from connector.policy.model import literals
from connector.policy.model.values import ClockTime, Day, Duration, Flag, Instant, Iri, Number, Text, Value, WallTime
from connector.policy.vocabulary.names import expand
from connector.policy.vocabulary.registry import Operand, Registry


def coerce(
    value: Value, operand: Operand, registry: Registry, *, unit: str = "", prefixes: Mapping[str, str] | None = None
) -> Value | None:
    """Give a literal the sort of its operand: canonical IRI, canonical unit, code as registered.

    Parameters:
        value: what a document or a credential said; a Text is read by the lexical rules of the sort.
        operand: whose sort it takes.
        registry: holds the taxonomies.
        unit: unit of a number that carries none itself.
        prefixes: prefixes of the document beside the well-known ones.

    Returns:
        The value, or None if it is not of this sort.

    >>> coerce(Text("5"), registry.operands[expand("odrl:count", {})], registry)
    Number(amount=Decimal('5'), unit='')
    """
    match operand.sort:
        case "number":
            return _number(value, operand, unit)
        case "name" | "code" | "taxonomy":
            name = value.iri if isinstance(value, Iri) else value.text if isinstance(value, Text) else None
            return None if not name else _name(name, operand, registry, prefixes or {})
        case "instant":
            return _instant(value, registry)
        case "duration":
            return literals.parse_duration(value.text) if isinstance(value, Text) else _only(value, Duration)
        case "clock":
            return literals.parse_clock(value.text) if isinstance(value, Text) else _only(value, ClockTime)
        case "flag":
            if isinstance(value, Text):
                return literals.parse_typed(value.text, literals.XSD + "boolean")
            return _only(value, Flag)
        case "text":
            return _only(value, Text)


def find_unplaced(values: Iterable[Value], operand: Operand, registry: Registry) -> tuple[str, ...]:
    """Return the names that the taxonomy of an operand does not contain, so that they may stand for any of its terms.

    Parameters:
        values: of a policy or a fact, in any spelling.
        operand: without a taxonomy every name stands for itself, and there is nothing to place.
        registry: holds the taxonomies.

    >>> place = registry.operands[expand("odrl:spatial", {})]
    >>> find_unplaced((Iri("DE"), Iri("urn:land")), place, registry)
    ('urn:land',)
    """
    if not operand.taxonomy:
        return ()
    names = registry.taxonomies[operand.taxonomy].names
    return tuple(value.iri for value in values if isinstance(value, Iri) and value.iri not in names)


def _only(value: Value, kind: type) -> Value | None:
    return value if isinstance(value, kind) else None


def _number(value: Value, operand: Operand, unit: str) -> Number | None:
    if isinstance(value, Text):
        amount = literals.parse_number(value.text)
        if amount is None:
            return None
        value = Number(amount)
    if not isinstance(value, Number):
        return None
    stated = value.unit or unit or operand.unit
    if stated == operand.unit:
        return value if value.unit == stated else Number(value.amount, stated)
    factor = operand.units.get(stated)
    amount = None if factor is None else literals.scale(value.amount, factor)
    return None if amount is None else Number(amount, operand.unit)


def _name(name: str, operand: Operand, registry: Registry, prefixes: Mapping[str, str]) -> Iri | None:
    if operand.sort == "code":
        wanted = name.rsplit("#", 1)[-1].rsplit("/", 1)[-1].casefold()
        return next((Iri(code) for code in operand.values if code.casefold() == wanted), None)
    full = expand(name, prefixes)
    if operand.sort == "taxonomy":
        canonical = registry.taxonomies[operand.taxonomy].canonical
        return Iri(canonical.get(name) or canonical.get(full, full))
    return Iri(full.lower() if operand.caseless else full)


def _instant(value: Value, registry: Registry) -> Value | None:
    if isinstance(value, Text):
        value = literals.parse_date_time(value.text) or literals.parse_day(value.text) or value
    if isinstance(value, WallTime):
        return literals.find_instant(value, registry.zone)
    return value if isinstance(value, Instant | Day) else None
