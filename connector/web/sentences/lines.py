"""A policy as indented lines of controls, and the policy that the sent controls state.

Every control is made from the registry: a new operand, action or term appears without a change here. Pure.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from connector.policy.model.policy import ODRL
from connector.policy.vocabulary.names import OPERATORS, expand
from connector.policy.vocabulary.registry import Operand, Registry
from connector.policy.words.names import action_name, name_value, subject
from connector.web.frame.wording import PageWords
from connector.web.offering.controls import UNIT, Control, ControlKind, Option, join_length, offer_lengths, split_length
from connector.web.sentences.document import (
    DEEPEST,
    GROUPS,
    Document,
    count_depth,
    find_group,
    is_duty,
    walk,
)
from connector.web.sentences.values import SETS, read_values, show_value, write_right

ACTION, LEFT, OPERATOR, RIGHT, GROUP = ".aktion", ".was", ".vergleich", ".wert", ".gruppe"
"""What the names of fields end with, behind the path of their part."""
_MOMENTS = frozenset({"instant", "clock"})
_ORDER = ("eq", "neq", "lteq", "gteq", "lt", "gt", "isA", "isPartOf", "hasPart", "isAnyOf", "isAllOf", "isNoneOf")
_KINDS: dict[str, ControlKind] = {"instant": "date", "clock": "time", "duration": "number", "number": "number"}


class SentenceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line: a rule, a duty, a group or a condition, with its controls.

    `path` names it and `depth` indents it. `begin` is the key of the words before its controls. `kept` says that it has
    parts which are not shown and stay. `can_indent` and `can_outdent` say where it can go.
    """

    path: str
    depth: int
    kind: str
    begin: str
    controls: tuple[Control, ...]
    kept: bool = False
    can_indent: bool = False
    can_outdent: bool = False
    can_nest: bool = False


def list_lines(registry: Registry, words: PageWords, document: Mapping[str, Any]) -> tuple[SentenceLine, ...]:
    """Return the lines of a policy, in the order in which they are read."""
    return tuple(_make_line(registry, words, path, part) for path, part in walk(document))


def read_lines(registry: Registry, document: Document, fields: Mapping[str, str]) -> Document:
    """Return the policy with what the sent fields say; a part without fields stays as it is."""
    after = copy.deepcopy(document)
    for path, part in walk(after):
        if (action := fields.get(path + ACTION)) and isinstance(part.get("action"), str) and action in registry.actions:
            part["action"] = _shorten(registry.actions[action])
        group, wanted = find_group(part), fields.get(path + GROUP)
        if group and wanted in GROUPS:
            part[wanted] = part.pop(group)
        if "leftOperand" in part and path + LEFT in fields:
            _read_condition(registry, part, path, fields)
    return after


def _read_condition(registry: Registry, part: Document, path: str, fields: Mapping[str, str]) -> None:
    before = find_operand(registry, part)
    operand = registry.operands.get(fields[path + LEFT])
    if operand is None:
        return
    if before is not operand:
        part["leftOperand"] = _shorten(operand.iri)
        part.pop("dataType", None)
        part.pop("unit", None)
    operator = fields.get(path + OPERATOR, "")
    if operator not in operand.operators:
        operator = next(name for name in _ORDER if name in operand.operators)
    part["operator"] = operator
    # The control was made for the operand before: what it says need not be a value of another one.
    if before is not operand:
        part["rightOperand"] = [] if operator in SETS else ""
        return
    text, unit = fields.get(path + RIGHT, ""), fields.get(path + RIGHT + UNIT, "")
    if operand.sort == "duration":
        text = join_length(text, unit)
    elif operand.units:
        part["unit"] = unit if unit in operand.units else operand.unit
    part["rightOperand"] = write_right(text, operator, operand, registry)


def find_operand(registry: Registry, part: Mapping[str, Any]) -> Operand | None:
    """Return the operand of a condition; None if the registry has none of its name."""
    return registry.operands.get(expand(str(part.get("leftOperand", "")), {}))


def _make_line(registry: Registry, words: PageWords, path: str, part: Document) -> SentenceLine:
    steps = path.split(".")
    member, place = steps[-2], int(steps[-1])
    group, depth = find_group(part), count_depth(path)
    inner = member not in {"permission", "prohibition", "obligation", "duty"}
    # A group joins its lines by a word, a rule by its conditions.
    joined = member if member in GROUPS and place else ""
    if group:
        return SentenceLine(
            path=path,
            depth=depth,
            kind="group",
            begin=f"terms.join-{joined}" if joined else "terms.begin-group",
            controls=(_choose_group(words, path, group),) if group in GROUPS else (),
            kept=group not in GROUPS,
            can_outdent=member in GROUPS,
            can_nest=depth < DEEPEST - 1,
        )
    if inner:
        return SentenceLine(
            path=path,
            depth=depth,
            kind="condition",
            begin=f"terms.join-{joined}" if joined else "terms.begin-condition",
            controls=_make_condition(registry, words, path, part),
            kept=find_operand(registry, part) is None,
            can_indent=place > 0 and depth < DEEPEST,
            can_outdent=member in GROUPS,
        )
    shown = {"action", "constraint", "duty", "@id"}
    action = part.get("action")
    return SentenceLine(
        path=path,
        depth=depth,
        kind="duty" if is_duty(f"{path}.") else "rule",
        begin=f"terms.begin-{member}",
        controls=(_choose_action(registry, words, path, action),) if isinstance(action, str) else (),
        kept=bool(part.keys() - shown) or not isinstance(action, str),
        can_nest=True,
    )


def _choose_group(words: PageWords, path: str, group: str) -> Control:
    options = tuple(Option(name, words.say(f"terms.group-{name}")) for name in GROUPS)
    return Control(name=path + GROUP, kind="choice", label=words.say("terms.group"), value=group, options=options)


def _choose_action(registry: Registry, words: PageWords, path: str, action: str) -> Control:
    known = registry.actions.get(action, action)
    options = _sort(
        Option(iri, label)
        for iri in {*registry.actions.values(), known}
        # An action without a name would be an address, which nobody can choose by.
        if (label := action_name(iri, registry, words.language)).isprintable() and (iri == known or ":" not in label)
    )
    return Control(name=path + ACTION, kind="choice", label=words.say("terms.action"), value=known, options=options)


def _make_condition(registry: Registry, words: PageWords, path: str, part: Document) -> tuple[Control, ...]:
    operand = find_operand(registry, part)
    if operand is None:
        return ()
    operator = str(part.get("operator", ""))
    operators = tuple(Option(name, _say_operator(words, name, operand)) for name in _ORDER if name in operand.operators)
    return (
        Control(
            name=path + LEFT,
            kind="choice",
            label=words.say("terms.left"),
            value=operand.iri,
            options=_list_operands(registry, words, operand, duty=is_duty(path)),
        ),
        Control(
            name=path + OPERATOR, kind="choice", label=words.say("terms.operator"), value=operator, options=operators
        ),
        _make_right(registry, words, path, part, operand),
    )


def _list_operands(registry: Registry, words: PageWords, chosen: Operand, *, duty: bool) -> tuple[Option, ...]:
    """Return the operands that make sense here: what says how a duty is done is no condition of a permission."""
    fit = {
        operand.iri for operand in registry.operands.values() if not operand.gap and (duty or not operand.parameter)
    } | {chosen.iri}
    return _sort(Option(iri, words.capitalise(subject(iri, registry, words.language))) for iri in fit)


def _say_operator(words: PageWords, name: str, operand: Operand) -> str:
    assert name in OPERATORS
    own = f"terms.moment-{name}" if operand.sort in _MOMENTS else ""
    return (words.find(own) if own else "") or words.say(f"terms.operator-{name}")


def _make_right(registry: Registry, words: PageWords, path: str, part: Document, operand: Operand) -> Control:
    values, several = read_values(part.get("rightOperand")), part.get("operator") in SETS
    plain: dict[str, Any] = {"name": path + RIGHT, "label": words.say("terms.right")}
    options = list_values(registry, words, operand, values)
    if options:
        canonical = [_find_canonical(registry, operand, value) for value in values]
        kind: ControlKind = "several" if several else "choice"
        return Control(**plain, kind=kind, value="\n".join(canonical if several else canonical[:1]), options=options)
    if several:
        return Control(**plain, kind="lines", value="\n".join(values), hint=words.say("offering.hint-lines"))
    text = values[0] if values else ""
    if operand.sort == "duration":
        number, unit = split_length(text)
        return Control(**plain, kind="number", value=number, unit=unit if text else "D", units=offer_lengths(words))
    if operand.units:
        units = tuple(Option(unit, unit) for unit in operand.units if ":" not in unit)
        return Control(**plain, kind="number", value=text, unit=str(part.get("unit", "")), units=units)
    kind = "datetime" if operand.sort == "instant" and "T" in text else _KINDS.get(operand.sort, "text")
    return Control(**plain, kind=kind, value=show_value(text, operand, registry))


def list_values(
    registry: Registry, words: PageWords, operand: Operand, chosen: Iterable[str] = ()
) -> tuple[Option, ...]:
    """Return the values that an operand can have, if they are listed; those `chosen` that no list has are added."""
    if operand.sort == "flag":
        return tuple(Option(value, words.say(f"terms.flag-{value}")) for value in ("true", "false"))
    names: Iterable[str] = operand.values
    if operand.taxonomy:
        names = registry.taxonomies[operand.taxonomy].terms
    found = {name: Option(name, name_value(name, operand, registry, words.language)) for name in names}
    if not found:
        return ()
    for value in chosen:
        found.setdefault(name := _find_canonical(registry, operand, value), Option(name, value))
    listed = found.values()
    return tuple(listed) if operand.sort == "code" else _sort(listed)


def _find_canonical(registry: Registry, operand: Operand, value: str) -> str:
    full = expand(value, {})
    return registry.taxonomies[operand.taxonomy].canonical.get(full, full) if operand.taxonomy else full


def _shorten(iri: str) -> str:
    if iri == ODRL + "use":
        return "use"
    return f"odrl:{iri.removeprefix(ODRL)}" if iri.startswith(ODRL) else iri


def _sort(options: Iterable[Option]) -> tuple[Option, ...]:
    return tuple(sorted(options, key=lambda option: option.label.casefold()))
