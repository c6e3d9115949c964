"""A constraint as a phrase: what is compared, how, with what. Every atom has a phrase of its own.

The order of parts that are joined by and, or or xone does not show. Pure: standard library only.
"""

from collections.abc import Iterator, Sequence

from connector.policy.model.model import (
    DK,
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
from connector.policy.words.language import Language, Pair, choose, join, quote
from connector.policy.words.vocabulary import CODES, NAMES

_SETS: dict[str, Pair] = {
    "neq": ("nicht {}", "not {}"),
    "isAnyOf": ("{}", "{}"),
    "isAllOf": ("{}", "{}"),
    "isNoneOf": ("weder {}", "neither {}"),
    "only isAnyOf": ("nur {}", "only {}"),
    "only isAllOf": ("unter anderem {}", "among others {}"),
    "only isNoneOf": ("außer {}", "other than {}"),
}
_AMOUNTS: dict[str, Pair] = {
    **_SETS,
    "eq": ("genau {}", "exactly {}"),
    "lt": ("weniger als {}", "less than {}"),
    "lteq": ("höchstens {}", "at most {}"),
    "gt": ("mehr als {}", "more than {}"),
    "gteq": ("mindestens {}", "at least {}"),
}
_NAMES: dict[str, Pair] = {**_AMOUNTS, "eq": ("{}", "{}")}
_TERMS: dict[str, Pair] = {
    **_SETS,
    "eq": ("genau {}", "exactly {}"),
    "isAnyOf": ("genau {}", "exactly {}"),
    "isA": ("{}", "{}"),
    "isPartOf": ("{} oder Teile davon", "{} or parts of it"),
    "hasPart": ("{} oder etwas darüber", "{} or something above it"),
}
_CLOCKS: dict[str, Pair] = {
    "eq": ("genau {}", "exactly {}"),
    "neq": ("nicht {}", "not {}"),
    "lt": ("vor {}", "before {}"),
    "lteq": ("bis {}", "until {}"),
    "gt": ("nach {}", "after {}"),
    "gteq": ("ab {}", "from {}"),
}
_INSTANTS: dict[str, Pair] = {
    "eq": ("am {}", "on {}"),
    "neq": ("nicht am {}", "not on {}"),
    "lt": ("vor dem {}", "before {}"),
    "lteq": ("bis zum {}", "until {}"),
    "gt": ("nach dem {}", "after {}"),
    "gteq": ("ab dem {}", "from {}"),
    "isAnyOf": ("am {}", "on {}"),
    "isNoneOf": ("weder am {}", "neither on {}"),
    "only isAnyOf": ("nur am {}", "only on {}"),
    "only isNoneOf": ("außer am {}", "except on {}"),
}
_EVENTS: dict[str, Pair] = {
    "eq": ("bei {}", "during {}"),
    "neq": ("nicht bei {}", "not during {}"),
    "lt": ("vor {}", "before {}"),
    "lteq": ("vor oder bei {}", "before or during {}"),
    "gt": ("nach {}", "after {}"),
    "gteq": ("bei oder nach {}", "during or after {}"),
    "isAnyOf": ("bei {}", "during {}"),
    "isNoneOf": ("weder bei {}", "neither during {}"),
    "only isAnyOf": ("nur bei {}", "only during {}"),
    "only isNoneOf": ("außer bei {}", "except during {}"),
}
_BY_SORT: dict[str, dict[str, Pair]] = {
    "instant": _INSTANTS,
    "clock": _CLOCKS,
    "duration": _AMOUNTS,
    "number": _AMOUNTS,
    "code": _NAMES,
    "name": _NAMES,
    "taxonomy": _TERMS,
    "text": _NAMES,
    "flag": _NAMES,
}
_DEADLINES: dict[str, Pair] = {
    "lt": ("weniger als {} nach Vertragsschluss", "less than {} after the agreement"),
    "lteq": ("spätestens {} nach Vertragsschluss", "within {} of the agreement"),
}
_JOINTS: dict[str, Pair] = {"isAllOf": ("und", "and"), "isNoneOf": ("noch", "nor")}
_LOGICAL: dict[str, Pair] = {
    "and": ("alles zusammen", "all of this"),
    "or": ("eines davon", "one of these"),
    "xone": ("genau eines davon", "exactly one of these"),
    "andSequence": ("nacheinander", "one after the other"),
}
_SINCE: Pair = ("{} seit Vertragsschluss", "{} after the agreement")


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
        return f"{choose(language, _LOGICAL[constraint.operand])}: ({'; '.join(parts)})"
    if deadline and constraint.left == ODRL + "elapsedTime" and constraint.operator in _DEADLINES:
        operand = registry.operands[constraint.left]
        length = value_text(constraint.right[0], operand, registry, language)
        return choose(language, _DEADLINES[constraint.operator]).format(length)
    wanted = predicate(constraint, registry, language)
    if constraint.left in _WITHOUT_SUBJECT:
        return wanted
    return f"{subject(constraint.left, registry, language)}: {wanted}"


_WITHOUT_SUBJECT = frozenset({ODRL + "dateTime", ODRL + "elapsedTime"})


def phrases(constraints: Sequence[Constraint], registry: Registry, language: Language) -> list[str]:
    """Say all constraints that have to hold together, in an order of their own, each once."""
    said = {(_rank(constraint), phrase(constraint, registry, language)) for constraint in split_and(constraints)}
    return [text for _rank, text in sorted(said)]


def _rank(constraint: Constraint) -> int:
    """What people look for first."""
    return _FIRST.get(constraint.left, len(_FIRST)) if isinstance(constraint, AtomicConstraint) else len(_FIRST)


_FIRST = {ODRL + "purpose": 0, ODRL + "dateTime": 1, ODRL + "elapsedTime": 2}


def split_and(constraints: Sequence[Constraint]) -> Iterator[Constraint]:
    """Take `and` apart."""
    for constraint in constraints:
        if isinstance(constraint, LogicalConstraint) and constraint.operand == "and":
            yield from split_and(constraint.constraints)
        else:
            yield constraint


def subject(left: str, registry: Registry, language: Language) -> str:
    """Name a left operand; an unregistered one by its quoted IRI."""
    operand = registry.operands.get(left)
    return choose(language, (operand.de, operand.en)) if operand else quote_name(left, language)


def predicate(constraint: AtomicConstraint, registry: Registry, language: Language) -> str:
    """Say what an atom demands of its operand."""
    operand = registry.operands[constraint.left]
    values = [value_text(value, operand, registry, language) for value in constraint.right]
    operator = constraint.operator
    if operator in {"isAnyOf", "isAllOf", "isNoneOf"}:
        joint = _JOINTS.get(operator, ("oder", "or"))
        shown = join(values, choose(language, joint))
        operator = f"only {operator}" if len(values) == 1 else operator
    else:
        shown = ", ".join(values)
    table = _EVENTS if operand.code == "event" else _BY_SORT[operand.sort]
    said = choose(language, table[operator]).format(shown)
    return choose(language, _SINCE).format(said) if operand.code == "elapsed_time" else said


def value_text(value: Value, operand: Operand, registry: Registry, language: Language) -> str:
    """Write a value of an operand: by its label where it has one, else quoted."""
    match value:
        case Iri(iri=iri):
            return _label(iri, operand, registry, language)
        case Text(text=text):
            return quote(text, language) + (f" {quote(value.language, language)}" if value.language else "")
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
            return choose(language, ("ja", "yes") if on else ("nein", "no"))


def _label(iri: str, operand: Operand, registry: Registry, language: Language) -> str:
    if operand.taxonomy:
        taxonomy = registry.taxonomies[operand.taxonomy]
        term = taxonomy.terms.get(taxonomy.canonical.get(iri, iri))
        if term is not None and term.de and term.en:
            return choose(language, (term.de, term.en))
    if operand.sort == "code" and iri in CODES:
        return choose(language, CODES[iri])
    return choose(language, NAMES[iri]) if iri in NAMES else quote_name(iri, language)


def quote_name(iri: str, language: Language) -> str:
    """Quote a name; terms of the standard and of our profile by their short form."""
    for base, prefix in ((ODRL, "odrl:"), (DK, "dk:")):
        if iri.startswith(base):
            return quote(prefix + iri.removeprefix(base), language)
    return quote(iri, language)
