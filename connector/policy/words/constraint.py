"""A constraint as a phrase: its operand, its operator and its values. Every atom has a phrase of its own.

The order of the parts of `and`, `or` and `xone` does not show. Pure: standard library only.
"""

from collections.abc import Iterator, Sequence

from connector.language.catalogue import Language, find_sentence, read_grammar, say
from connector.policy.model.policy import ODRL, AtomicConstraint, Constraint, LogicalConstraint
from connector.policy.model.values import ClockTime, Day, Duration, Flag, Instant, Iri, Number, Text, Value, WallTime
from connector.policy.vocabulary.registry import Operand, Registry
from connector.policy.words import figures
from connector.policy.words.names import name_value, subject

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
"""The phrases that fit an operand of a sort: the first of these tables that has the operator."""
_EVENT = ("event",)
_ONE_VALUE = {"isAnyOf": "only-isAnyOf", "isAllOf": "only-isAllOf", "isNoneOf": "only-isNoneOf"}
"""The names of the operators of sets if they have one value."""
_JOINTS = {"isAnyOf": "policy.or", "isAllOf": "policy.and", "isNoneOf": "policy.nor"}
_DEADLINES = frozenset({"lt", "lteq"})
_BOUNDS = {"gt": 0, "gteq": 0, "lt": 1, "lteq": 1}
_WITHOUT_SUBJECT = frozenset({ODRL + "dateTime", ODRL + "elapsedTime"})
_FIRST = {ODRL + "purpose": 0, ODRL + "dateTime": 1, ODRL + "elapsedTime": 2}


def write_constraint(
    constraint: Constraint, registry: Registry, language: Language, *, deadline: bool = False, banned: bool = False
) -> str:
    """Write a constraint of the normal form as a phrase.

    Parameters:
        constraint: an atomic or a logical constraint.
        registry: the registry with which it was compiled.
        language: the language of the phrase.
        deadline: an upper bound of time is the deadline of a duty.
        banned: it is the condition of a prohibition, where `only` and `not` would read as a permission.

    >>> five = normal("odrl:count lteq 5")
    >>> write_constraint(five, registry, "de")
    'Anzahl der Nutzungen: höchstens 5'
    """
    if isinstance(constraint, LogicalConstraint):
        parts = [write_constraint(child, registry, language, banned=banned) for child in constraint.constraints]
        if constraint.operand != "andSequence":
            parts = sorted(set(parts))
        listed = read_grammar(language).bracket("; ".join(parts))
        return f"{say(language, f'policy.logical-{constraint.operand}')}: {listed}"
    if deadline and constraint.left == ODRL + "elapsedTime" and constraint.operator in _DEADLINES:
        operand = registry.operands[constraint.left]
        length = write_value(constraint.right[0], operand, registry, language)
        return say(language, f"policy.deadline-{constraint.operator}", value=length)
    wanted = write_predicate(constraint, registry, language, banned=banned)
    if constraint.left in _WITHOUT_SUBJECT:
        return wanted
    return f"{subject(constraint.left, registry, language)}: {wanted}"


def write_constraints(
    constraints: Sequence[Constraint], registry: Registry, language: Language, *, banned: bool = False
) -> list[str]:
    """Write constraints that apply together, each once: the purpose and the times first, the others sorted.

    Of two bounds of one operand the lower one comes first.

    >>> write_constraints([normal("dk:role eq planner"), normal("odrl:purpose isA dpv:Marketing")], registry, "en")
    ['purpose: marketing', 'role: “planner”']
    """
    ranked = {
        (
            _rank(entry),
            *_find_bound(entry, registry, language),
            write_constraint(entry, registry, language, banned=banned),
        )
        for entry in split_and(constraints)
    }
    return list(dict.fromkeys(entry[-1] for entry in sorted(ranked)))


def _rank(constraint: Constraint) -> int:
    """Return the place of a constraint: readers look for the purpose first."""
    return _FIRST.get(constraint.left, len(_FIRST)) if isinstance(constraint, AtomicConstraint) else len(_FIRST)


def _find_bound(constraint: Constraint, registry: Registry, language: Language) -> tuple[str, int]:
    """Return the operand as it is written, and the place of the bound among the constraints on it."""
    if isinstance(constraint, AtomicConstraint):
        return subject(constraint.left, registry, language), _BOUNDS.get(constraint.operator, 2)
    return write_constraint(constraint, registry, language), 2


def split_and(constraints: Sequence[Constraint]) -> Iterator[Constraint]:
    """Return the parts of each `and`, and the other constraints as they are.

    >>> five, three = normal("odrl:count lteq 5"), normal("odrl:count gteq 3")
    >>> len(list(split_and([LogicalConstraint("and", (five, three))])))
    2
    """
    for constraint in constraints:
        if isinstance(constraint, LogicalConstraint) and constraint.operand == "and":
            yield from split_and(constraint.constraints)
        else:
            yield constraint


def write_predicate(
    constraint: AtomicConstraint, registry: Registry, language: Language, *, banned: bool = False
) -> str:
    """Write the operator and the values of an atom; `banned` is the condition of a prohibition.

    >>> role = normal("dk:role neq planner")
    >>> write_predicate(role, registry, "en")
    'not “planner”'
    """
    operand = registry.operands[constraint.left]
    values = [write_value(value, operand, registry, language) for value in constraint.right]
    operator = constraint.operator
    if operator in _JOINTS:
        joint = "policy.or" if banned and operator == "isNoneOf" else _JOINTS[operator]
        shown = read_grammar(language).join(values, say(language, joint))
        operator = _ONE_VALUE[operator] if len(values) == 1 else operator
    else:
        shown = ", ".join(values)
    tables = _EVENT if operand.code == "event" else _TABLES[operand.sort]
    if operand.code == "day_of_week":
        shown = f"{shown} ({registry.zone})"
    keys = [f"policy.{table}-{operator}" for table in tables]
    if banned:
        keys = [*(f"policy.{table}-banned-{operator}" for table in tables), *keys]
    wanted = say(language, next(key for key in keys if find_sentence(language, key)), value=shown)
    return say(language, "policy.since-agreement", value=wanted) if operand.code == "elapsed_time" else wanted


def write_value(value: Value, operand: Operand, registry: Registry, language: Language) -> str:
    """Write a value of an operand: by its label if it has one, else quoted.

    >>> write_value(Iri("https://w3id.org/dpv#Marketing"), registry.operands[ODRL + "purpose"], registry, "en")
    'marketing'
    """
    match value:
        case Iri(iri=iri):
            return name_value(iri, operand, registry, language)
        case Text(text=text):
            quote = read_grammar(language).quote
            return quote(text) + (f" {quote(value.language)}" if value.language else "")
        case Number():
            return figures.write_number(value, operand, language)
        case WallTime(at=at):
            return figures.write_instant(Instant(at.replace(tzinfo=registry.zone)), language, registry.zone)
        case Instant():
            return figures.write_instant(value, language, registry.zone)
        case Day():
            return figures.write_day(value, language, registry.zone)
        case ClockTime():
            return figures.write_clock(value, language, registry.zone)
        case Duration():
            return figures.write_duration(value, language)
        case Flag(on=on):
            return say(language, "policy.yes" if on else "policy.no")
