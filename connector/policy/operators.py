"""The twelve operators over the values of a fact: three-valued, equality in value space, sorts never mixed.

ODRL Vocabulary 2.2, section 3 (operators). `eq` and `neq` ask whether the value is among those of the left side;
`isAllOf` whether all right values are; `isA` and `isPartOf` follow the taxonomy upwards and `hasPart` downwards, each
term being part of itself. Pure: standard library only.
"""

from collections.abc import Callable
from typing import TypeAlias

from connector.policy import moments
from connector.policy.decision import Truth
from connector.policy.literals import bounds
from connector.policy.model import Day, Duration, Instant, Iri, Number, Value
from connector.policy.registry import Operand
from connector.policy.taxonomy import Taxonomy

Values: TypeAlias = tuple[Value, ...]
Comparison: TypeAlias = Callable[[Values], Truth]

_EXPECTED: dict[str, type] = {"number": Number, "duration": Duration, "name": Iri, "code": Iri, "taxonomy": Iri}


def comparison(operand: Operand, operator: str, right: Values, taxonomy: Taxonomy | None) -> Comparison:
    """Build the test of one constraint over the values of its fact.

    Parameters:
        operand: whose sort decides what the operator means.
        operator: bare name; one that the operand allows.
        right: coerced values; one for the ordering operators, isA, isPartOf and hasPart.
        taxonomy: of the operand, if it has one.

    Returns:
        A function from the values of the left side (none looked up: do not call it) to True, False or None.
    """
    if operand.sort == "instant":
        return _instants(operator, right)
    if taxonomy is not None:
        return _hierarchy(operator, right, taxonomy)
    if operator in {"lt", "lteq", "gt", "gteq"}:
        return _ordered(operand, operator, right[0])
    if operand.sort == "duration":
        return _durations(operator, right[0])
    return _set(operator, frozenset(right), type(right[0]), operand.unit)


def _set(operator: str, right: frozenset[Value], kind: type, unit: str) -> Comparison:
    """Membership by value; a left value of another sort or unit makes the answer Unknown."""
    wanted = operator not in {"neq", "isNoneOf"}
    whole = operator == "isAllOf"

    def test(values: Values) -> Truth:
        found = False
        for value in values:
            if type(value) is not kind or (unit and getattr(value, "unit", "") != unit):
                return None
            if value in right:
                found = True
        if whole:
            return right.issubset(values)
        return found is wanted

    return test


def _ordered(operand: Operand, operator: str, right: Value) -> Comparison:
    if isinstance(right, Duration):
        return _durations(operator, right)
    ranks = {code: rank for rank, code in enumerate(operand.values)}
    below, equal, above = _ORDER[operator]

    def rank(value: Value) -> object:
        if isinstance(value, Number) and isinstance(right, Number) and value.unit == right.unit:
            return value.amount
        return ranks.get(value.iri) if isinstance(value, Iri) else None

    limit = rank(right)

    def test(values: Values) -> Truth:
        left = rank(values[0])
        if left is None:
            return None
        if left == limit:
            return equal
        return below if left < limit else above  # type: ignore[operator]  # both are amounts or both are ranks

    return test


_ORDER = {
    "lt": (True, False, False),
    "lteq": (True, True, False),
    "gt": (False, False, True),
    "gteq": (False, True, True),
}


def _durations(operator: str, right: Value) -> Comparison:
    """Durations are ordered as far as their least and greatest lengths do not overlap: a month has 28 to 31 days."""
    assert isinstance(right, Duration)

    def test(values: Values) -> Truth:
        left = values[0]
        if not isinstance(left, Duration):
            return None
        return _order_of(operator, left, right)

    return test


def _order_of(operator: str, left: Duration, right: Duration) -> Truth:
    if left.months == right.months:
        difference = left.milliseconds - right.milliseconds
        sign = (difference > 0) - (difference < 0)
    else:
        (least, greatest), (low, high) = bounds(left), bounds(right)
        if not (greatest < low or least > high):
            return None
        sign = -1 if greatest < low else 1
    if operator in {"eq", "neq"}:
        return (sign == 0) is (operator == "eq")
    return _ORDER[operator][sign + 1]


def _instants(operator: str, right: Values) -> Comparison:
    points = [value for value in right if isinstance(value, Instant | Day)]
    if operator in {"isAnyOf", "isNoneOf"}:
        truth = moments.any_of(points)
        truth = truth if operator == "isAnyOf" else moments.complement(truth)
    else:
        truth = moments.compare(operator, points[0])

    def test(values: Values) -> Truth:
        left = values[0]
        return truth.holds(left.at) if isinstance(left, Instant) else None

    return test


def _hierarchy(operator: str, right: Values, taxonomy: Taxonomy) -> Comparison:
    """Comparisons of terms; a left term that the taxonomy does not hold is only ever equal to itself, else Unknown."""
    terms = frozenset(value.iri for value in right if isinstance(value, Iri))
    match operator:
        case "isA" | "isPartOf":
            hits = frozenset[str]().union(*(taxonomy.below.get(term, frozenset({term})) for term in terms))
        case "hasPart":
            hits = frozenset[str]().union(*(taxonomy.above.get(term, frozenset({term})) for term in terms))
        case _:
            return _terms(operator, terms, taxonomy)
    canonical, known = taxonomy.canonical, taxonomy.terms

    def test(values: Values) -> Truth:
        verdict: Truth = False
        for value in values:
            if not isinstance(value, Iri):
                return None
            term = canonical.get(value.iri, value.iri)
            if term in hits:
                return True
            if term not in known:
                verdict = None
        return verdict

    return test


def _terms(operator: str, right: frozenset[str], taxonomy: Taxonomy) -> Comparison:
    canonical = taxonomy.canonical
    wanted = operator not in {"neq", "isNoneOf"}
    whole = operator == "isAllOf"

    def test(values: Values) -> Truth:
        left = {canonical.get(value.iri, value.iri) for value in values if isinstance(value, Iri)}
        if len(left) != len(values):
            return None
        if whole:
            return right <= left
        return (not right.isdisjoint(left)) is wanted

    return test
