"""A constraint as a phrase: what is compared, how, with what. Every atom has a phrase of its own.

The order of parts that are joined by and, or or xone does not show. Pure: standard library only.
"""

from collections.abc import Iterator, Sequence

from connector.language.catalogue import Language, find_sentence, read_grammar, say
from connector.policy.model.model import (
    ODRL,
    AtomicConstraint,
    ClockTime,
    Constraint,
    Day,
    Duration,
    Flag,
    Instant,
    Iri,
    LogicalConstraint,
    Number,
    Text,
    Value,
)
from connector.policy.vocabulary.registry import Operand, Registry
from connector.policy.words import figures
from connector.policy.words.names import subject, value_name

_TABLES: dict[str, tuple[str, ...]] = {
    "instant": ("instant",),
    "clock": ("clock",),
    "duration": ("amount", "set"),
    "number": ("amount", "set"),
    "code": ("name", "amount", "set"),
    "name": ("name", "amount", "set"),
    "taxonomy": ("term", "set"),
    "text": ("name", "amount", "set"),
    "flag": ("name", "amount", "set"),
}
"""Which phrases fit an operand of a sort: the first of these tables that has the operator."""
_EVENT = ("event",)
_ONE_VALUE = {"isAnyOf": "only-isAnyOf", "isAllOf": "only-isAllOf", "isNoneOf": "only-isNoneOf"}
"""How the operators of sets are called if they have one value."""
_JOINTS = {"isAnyOf": "policy.or", "isAllOf": "policy.and", "isNoneOf": "policy.nor"}
_DEADLINES = frozenset({"lt", "lteq"})
_WITHOUT_SUBJECT = frozenset({ODRL + "dateTime", ODRL + "elapsedTime"})
_FIRST = {ODRL + "purpose": 0, ODRL + "dateTime": 1, ODRL + "elapsedTime": 2}


def phrase(constraint: Constraint, registry: Registry, language: Language, *, deadline: bool = False) -> str:
    """Say what a constraint of the normal form demands.

    Parameters:
        constraint: atomic or logical.
        registry: with which it was read.
        deadline: an upper bound of time says until when a duty has to be done.
    """
    if isinstance(constraint, LogicalConstraint):
        parts = [phrase(child, registry, language) for child in constraint.constraints]
        if constraint.operand != "andSequence":
            parts = sorted(set(parts))
        return f"{say(language, f'policy.logical-{constraint.operand}')}: ({'; '.join(parts)})"
    if deadline and constraint.left == ODRL + "elapsedTime" and constraint.operator in _DEADLINES:
        operand = registry.operands[constraint.left]
        length = value_text(constraint.right[0], operand, registry, language)
        return say(language, f"policy.deadline-{constraint.operator}", value=length)
    wanted = predicate(constraint, registry, language)
    if constraint.left in _WITHOUT_SUBJECT:
        return wanted
    return f"{subject(constraint.left, registry, language)}: {wanted}"


def phrases(constraints: Sequence[Constraint], registry: Registry, language: Language) -> list[str]:
    """Say all constraints that have to hold together, in an order of their own, each once."""
    said = {(_rank(constraint), phrase(constraint, registry, language)) for constraint in split_and(constraints)}
    return [text for _rank, text in sorted(said)]


def _rank(constraint: Constraint) -> int:
    """What people look for first."""
    return _FIRST.get(constraint.left, len(_FIRST)) if isinstance(constraint, AtomicConstraint) else len(_FIRST)


def split_and(constraints: Sequence[Constraint]) -> Iterator[Constraint]:
    """Take `and` apart."""
    for constraint in constraints:
        if isinstance(constraint, LogicalConstraint) and constraint.operand == "and":
            yield from split_and(constraint.constraints)
        else:
            yield constraint


def predicate(constraint: AtomicConstraint, registry: Registry, language: Language) -> str:
    """Say what an atom demands of its operand."""
    operand = registry.operands[constraint.left]
    values = [value_text(value, operand, registry, language) for value in constraint.right]
    operator = constraint.operator
    if operator in _JOINTS:
        shown = read_grammar(language).join(values, say(language, _JOINTS[operator]))
        operator = _ONE_VALUE[operator] if len(values) == 1 else operator
    else:
        shown = ", ".join(values)
    tables = _EVENT if operand.code == "event" else _TABLES[operand.sort]
    table = next(name for name in tables if find_sentence(language, f"policy.{name}-{operator}"))
    wanted = say(language, f"policy.{table}-{operator}", value=shown)
    return say(language, "policy.since-agreement", value=wanted) if operand.code == "elapsed_time" else wanted


def value_text(value: Value, operand: Operand, registry: Registry, language: Language) -> str:
    """Write a value of an operand: by its label where it has one, else quoted."""
    match value:
        case Iri(iri=iri):
            return value_name(iri, operand, registry, language)
        case Text(text=text):
            quote = read_grammar(language).quote
            return quote(text) + (f" {quote(value.language)}" if value.language else "")
        case Number():
            return figures.number(value, operand, language)
        case Instant():
            return figures.instant(value, language)
        case Day():
            return figures.day(value, language)
        case ClockTime():
            return figures.clock(value, language)
        case Duration():
            return figures.duration(value, language)
        case Flag(on=on):
            return say(language, "policy.yes" if on else "policy.no")
