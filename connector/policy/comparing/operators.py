"""The twelve operators over the values of a fact: three-valued, equality in value space, sorts never mixed.

ODRL Vocabulary 2.2, section 3 (operators). `eq` and `neq` ask whether the value is among those of the left side;
`isAllOf` whether all right values are; `isA` and `isPartOf` follow the taxonomy upwards and `hasPart` downwards, each
term being part of itself. A name that the taxonomy does not contain may stand for any of its terms, so that it is equal
to itself and Unknown beside every other name. Pure: standard library and msgspec only.
"""

import operator as python
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from math import ceil, floor
from typing import TypeAlias

import msgspec

from connector.policy.comparing import moments
from connector.policy.model.literals import find_bounds
from connector.policy.model.situation import Truth
from connector.policy.model.values import Day, Duration, Instant, Iri, Number, Value
from connector.policy.vocabulary.registry import Operand
from connector.policy.vocabulary.taxonomy import Taxonomy

Values: TypeAlias = tuple[Value, ...]
Comparison: TypeAlias = Callable[[Values], Truth]

ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "lt": python.lt,
    "lteq": python.le,
    "gt": python.gt,
    "gteq": python.ge,
    "eq": python.eq,
    "neq": python.ne,
}
"""The comparisons of amounts."""


class Membership(msgspec.Struct, frozen=True):
    """A comparison of names: `wanted` if one of them is in `hits`, else its opposite, as far as they are `known`.

    With `known` None every name counts as known: a name is equal to itself and to nothing else. It is empty if nothing
    is known of a hit, so that any other name may stand for the same.
    """

    hits: frozenset[str]
    known: frozenset[str] | None
    wanted: bool

    def __call__(self, values: Values) -> Truth:
        """Compare the values of the left side; a value of another sort makes the answer Unknown."""
        unknown = False
        for value in values:
            if type(value) is not Iri:
                return None
            if value.iri in self.hits:
                return self.wanted
            if self.known is not None and value.iri not in self.known:
                unknown = True
        return None if unknown else not self.wanted


def build_comparison(operand: Operand, operator: str, right: Values, taxonomy: Taxonomy | None) -> Comparison:
    """Build the test of one constraint for the values of its fact.

    Parameters:
        operand: whose sort decides what the operator means.
        operator: bare name; one that the operand allows.
        right: coerced values; one for the ordering operators, isA, isPartOf and hasPart.
        taxonomy: of the operand, if it has one.

    Returns:
        A function from the values of the left side (none looked up: do not call it) to True, False or None. With
        several values it is asked only if the operand has several.

    >>> operand = registry.operands[normal("dk:securityLevel gteq 2").left]
    >>> test = build_comparison(operand, "gteq", (Number(Decimal(2)),), None)
    >>> test((Number(Decimal(3)),)), test((Iri("urn:a"),))
    (True, None)
    """
    if operand.sort == "instant":
        return _instants(operator, right)
    if operator == "isAllOf":
        return _every(right, taxonomy)
    if operator in {"lt", "lteq", "gt", "gteq"} and operand.sort == "code":
        return _ranks(operand, operator, right[0])
    if operand.sort in {"name", "code", "taxonomy"}:
        return _names(operator, right, taxonomy)
    if operand.sort == "duration":
        return _durations(operator, right[0])
    if operand.sort == "number" and operator in ORDER:
        return _amounts(operator, right[0])
    return _some(operator, frozenset(right), type(right[0]))


def find_greatest(operator: str, right: Value) -> int | None:
    """Return the greatest whole number for which `<number> operator right` is True; None without an upper bound.

    >>> find_greatest("lt", Number(Decimal(5))), find_greatest("gt", Number(Decimal(5)))
    (4, None)
    """
    if isinstance(right, Number):
        if operator in {"lteq", "eq"}:
            return floor(right.amount)
        if operator == "lt":
            return ceil(right.amount) - 1
    return None


def _names(operator: str, right: Values, taxonomy: Taxonomy | None) -> Membership:
    terms = [value.iri for value in right if isinstance(value, Iri)]
    wanted = operator not in {"neq", "isNoneOf"}
    if taxonomy is None:
        return Membership(frozenset(terms), None, wanted)
    spelled = {"isA": taxonomy.below_names, "isPartOf": taxonomy.below_names, "hasPart": taxonomy.above_names}
    known = taxonomy.names if all(term in taxonomy.terms for term in terms) else frozenset[str]()
    return Membership(_union(terms, spelled.get(operator, taxonomy.spellings)), known, wanted)


def _union(terms: Sequence[str], names: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Every way to write what the terms stand for; a term that the taxonomy does not hold stands for itself."""
    if len(terms) == 1:
        return names.get(terms[0], frozenset(terms))
    return frozenset(name for term in terms for name in names.get(term, (term,)))


def _every(right: Values, taxonomy: Taxonomy | None) -> Comparison:
    """All right values are among the left ones; a left value of another sort makes the answer Unknown."""
    if taxonomy is not None:
        return _each([_names("eq", (value,), taxonomy) for value in right])
    wanted = frozenset(right)
    kind = type(right[0])

    def test(values: Values) -> Truth:
        if any(type(value) is not kind for value in values):
            return None
        return wanted.issubset(values)

    return test


def _each(tests: Sequence[Membership]) -> Comparison:
    """Kleene's and of comparisons of names."""

    def test(values: Values) -> Truth:
        verdicts = [among(values) for among in tests]
        return False if False in verdicts else None if None in verdicts else True

    return test


def _some(operator: str, right: frozenset[Value], kind: type) -> Comparison:
    """Membership by value; a left value of another sort or unit makes the answer Unknown."""
    wanted = operator not in {"neq", "isNoneOf"}
    units = {getattr(value, "unit", "") for value in right}

    def test(values: Values) -> Truth:
        if any(type(value) is not kind or getattr(value, "unit", "") not in units for value in values):
            return None
        return (not right.isdisjoint(values)) is wanted

    return test


def _amounts(operator: str, right: Value) -> Comparison:
    assert isinstance(right, Number)
    holds, limit, unit = ORDER[operator], right.amount, right.unit

    def test(values: Values) -> Truth:
        left = values[0]
        return holds(left.amount, limit) if type(left) is Number and left.unit == unit else None

    return test


def _ranks(operand: Operand, operator: str, right: Value) -> Comparison:
    """Ordered codes compare by their place in the list."""
    ranks = {code: Decimal(rank) for rank, code in enumerate(operand.values)}
    assert isinstance(right, Iri)
    holds, limit = ORDER[operator], ranks[right.iri]

    def test(values: Values) -> Truth:
        left = values[0]
        rank = ranks.get(left.iri) if isinstance(left, Iri) else None
        return None if rank is None else holds(rank, limit)

    return test


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
        return _order_bounds(operator, find_bounds(left), find_bounds(right))
    return ORDER[operator](Decimal(sign), Decimal(0))


def _order_bounds(operator: str, left: tuple[int, int], right: tuple[int, int]) -> Truth:
    """Compare two lengths of which only the bounds are known; Unknown if both answers are possible."""
    (least, greatest), (low, high) = left, right
    nearest = ORDER[operator](Decimal(greatest), Decimal(low))
    furthest = ORDER[operator](Decimal(least), Decimal(high))
    if operator in {"eq", "neq"}:
        return operator == "neq" if greatest < low or least > high else None
    return nearest if nearest is furthest else None


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
