"""Policies to fill in: a template is a policy document with typed parameters in the place of values.

Files in `policies/templates/*.toml`; the head of each says what it is for. Values are placed as values: nothing is
ever pasted into a text. Pure: standard library and msgspec only.
"""

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, NoReturn, TypeAlias

import msgspec

from connector.policy.model import literals
from connector.policy.model.errors import PolicyError
from connector.policy.model.literals import XSD, find_bounds, to_lexical
from connector.policy.model.policy import PROFILE
from connector.policy.model.values import Day, Duration, Value
from connector.policy.vocabulary.names import expand

ParameterSort: TypeAlias = Literal["number", "whole", "duration", "day", "code", "name", "text"]
Input: TypeAlias = str | int | Decimal | Sequence[str]

_PLACE = "parameter"
_MOST_VALUES = 50
_LONGEST_SHOWN = 100
_LONGEST: dict[str, int] = {"name": 200, "text": 500, "code": 200, "number": 40, "whole": 40, "duration": 40, "day": 20}
_EXPECTED: dict[str, str] = {
    "number": "a number such as 2.5",
    "whole": "a whole number",
    "duration": "a duration such as P30D or PT12H",
    "day": "a day such as 2027-01-31",
    "name": "a name of 1 to 200 printable characters",
    "text": "a text of 1 to 500 printable characters",
}


class BilingualText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same in German and English."""

    de: str
    en: str


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value that whoever uses the template decides on.

    Parameters:
        name: key in the parameters of `fill`.
        sort: number, whole (number), duration (xsd:duration), day (xsd:date), code (one of `choices`), name, text.
        de, en: what people call it.
        default: used if nothing is given; empty if it has to be given.
        least, greatest: bounds of numbers, durations and days, included; empty for none.
        choices: the values of a code.
        places: what is placed for each choice, in the same order; the choice itself if empty.
        several: a list of one to 50 values instead of one.
    """

    name: str
    sort: ParameterSort
    de: str
    en: str
    default: str | tuple[str, ...] = ""
    least: str = ""
    greatest: str = ""
    choices: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    several: bool = False


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A policy to fill in.

    Parameters:
        name: as on the command line.
        title: for lists.
        why: why one would pick it, in a sentence or two.
        policy: rules of the document; a value `{ parameter = "name" }` is a place for a parameter.
        parameter: the parameters, in the order to ask for them.
    """

    name: str
    title: BilingualText
    why: BilingualText
    policy: dict[str, object]
    parameter: tuple[Parameter, ...] = ()


def parse(text: str) -> Template:
    """Read a template from the text of its file.

    Raises:
        ValueError: the file is malformed, a parameter is there twice, unused or missing, or a default breaks its rules.

    >>> parse(template).parameter[0].name
    'period'
    """
    template = msgspec.convert(tomllib.loads(text), Template)
    names = [entry.name for entry in template.parameter]
    used = set(_list_places(template.policy))
    if len(set(names)) != len(names) or used != set(names):
        raise ValueError(
            f"The template {template.name}: its parameters and their places differ: use each parameter in the policy."
        )
    for entry in template.parameter:
        if bool(entry.choices) != (entry.sort == "code"):
            raise ValueError(
                f"The template {template.name}: {entry.name} needs `choices` if its sort is code, and none otherwise."
            )
        if entry.places and len(entry.places) != len(entry.choices):
            raise ValueError(f"The template {template.name}: {entry.name} needs one of `places` for each choice.")
        try:
            for bound in filter(None, (entry.least, entry.greatest)):
                _parse_typed(entry, bound)
            if entry.default:
                _value(entry, entry.default)
        except PolicyError as error:
            raise ValueError(f"The template {template.name}: {error.sentence}") from error
    return template


def fill(template: Template, parameters: Mapping[str, Input], uid: str = "") -> dict[str, object]:
    """Fill in a template.

    Parameters:
        template: as parsed.
        parameters: name to value; texts as a command line gives them, or numbers. Left out means the default.
        uid: `@id` of the policy; one made of the template's name if empty.

    Returns:
        The policy document, an Offer in the profile of the product; it loads and compiles.

    Raises:
        PolicyError: a parameter that the template does not have, that is missing, malformed or out of bounds.

    >>> fill(parse(template), {"period": "P5D"})["obligation"][0]["constraint"][0]["rightOperand"]["@value"]
    'P5D'
    """
    by_name = {entry.name: entry for entry in template.parameter}
    for name in parameters:
        if name not in by_name:
            known = ", ".join(by_name) or "none"
            raise PolicyError(
                "unknown-parameter",
                "",
                f"Unknown parameter {_quote(name)} of the template {template.name}: use {known}.",
            )
    values = {name: _value(entry, parameters.get(name, entry.default)) for name, entry in by_name.items()}
    placed = _place(template.policy, values)
    assert isinstance(placed, dict)
    head: dict[str, object] = {
        "@type": "Offer",
        "@id": uid or f"urn:datenkontor:template:{template.name}",
        "profile": [PROFILE],
    }
    return head | placed


def _list_places(node: object) -> list[str]:
    if isinstance(node, Mapping):
        if set(node) == {_PLACE}:
            return [str(node[_PLACE])]
        return [name for value in node.values() for name in _list_places(value)]
    return [name for value in node for name in _list_places(value)] if isinstance(node, list) else []


def _place(node: object, values: Mapping[str, object]) -> object:
    if isinstance(node, Mapping):
        if set(node) == {_PLACE}:
            return values[node[_PLACE]]
        return {name: _place(value, values) for name, value in node.items()}
    if isinstance(node, list):
        return [_place(value, values) for value in node]
    return _write_full(node) if isinstance(node, str) else node


def _write_full(name: str) -> str:
    """Write our own terms and those of other vocabularies in full, because the protocol's context has no prefix."""
    return expand(name, {}) if name.startswith(("dk:", "dpv:", "eu-gdpr:")) else name


def _value(entry: Parameter, given: Input) -> object:
    """One right operand: a string, a typed value object, or an array of them."""
    if isinstance(given, str) and not given:
        _refuse("missing-parameter", entry, "is missing")
    if not entry.several:
        return _parse_typed(entry, given)[1]
    listed = [given] if isinstance(given, str | int | Decimal) else list(given)
    if not 1 <= len(listed) <= _MOST_VALUES:
        _refuse("bad-parameter", entry, f"has {len(listed)} values instead of 1 to {_MOST_VALUES}")
    return list({str(value): _parse_typed(entry, value)[1] for value in listed}.values())


def _parse_typed(entry: Parameter, given: Input) -> tuple[Value | Decimal | None, object]:
    """Read one value; return it for comparing, and as it is placed."""
    if isinstance(given, bool) or not isinstance(given, str | int | Decimal):
        _refuse("bad-parameter", entry, f"cannot be {_quote(given)}")
    text = str(given) if isinstance(given, str | int) else format(given, "f")
    if not text.strip() or len(text) > _LONGEST[entry.sort] or not text.isprintable():
        _refuse("bad-parameter", entry, f"cannot be {_quote(given)}")
    if entry.sort == "code":
        if text not in entry.choices:
            _refuse("bad-parameter", entry, f"cannot be {_quote(given)}")
        placed = dict(zip(entry.choices, entry.places, strict=True)) if entry.places else {}
        return None, _write_full(placed.get(text, text))
    if entry.sort in {"name", "text"}:
        return None, text
    return _parse_measured(entry, text)


def _quote(given: object) -> str:
    return repr(str(given)[:_LONGEST_SHOWN])


def _parse_measured(entry: Parameter, text: str) -> tuple[Value | Decimal, object]:
    value: Value | Decimal | None
    if entry.sort == "duration":
        value = literals.parse_duration(text)
    else:
        value = literals.parse_day(text) if entry.sort == "day" else literals.parse_number(text)
    if value is None or (entry.sort == "whole" and isinstance(value, Decimal) and value != value.to_integral_value()):
        _refuse("bad-parameter", entry, f"cannot be {_quote(text)}")
    _check_bounds(entry, text, value)
    if isinstance(value, Decimal):
        return value, format(value, "f")
    written, datatype = to_lexical(value)
    return value, {"@value": written, "@type": "xsd:" + datatype.removeprefix(XSD)}


def _check_bounds(entry: Parameter, text: str, value: Value | Decimal) -> None:
    if text in {entry.least, entry.greatest}:
        return
    low, high = _extent(value)
    if entry.least and low < _extent(_parse_typed(entry, entry.least)[0])[0]:
        _refuse("out-of-bounds", entry, f"is less than {entry.least}")
    if entry.greatest and high > _extent(_parse_typed(entry, entry.greatest)[0])[1]:
        _refuse("out-of-bounds", entry, f"is more than {entry.greatest}")


def _extent(value: Value | Decimal | None) -> tuple[Decimal, Decimal]:
    """Least and greatest size; they differ for durations with months."""
    if isinstance(value, Duration):
        least, greatest = find_bounds(value)
        return Decimal(least), Decimal(greatest)
    if isinstance(value, Day):
        start = Decimal(int(literals.find_start(value).timestamp()))
        return start, start
    assert isinstance(value, Decimal)
    return value, value


def _refuse(code: str, entry: Parameter, what: str) -> NoReturn:
    expected = f"one of {', '.join(entry.choices)}" if entry.choices else _EXPECTED[entry.sort]
    raise PolicyError(code, entry.name, f"The parameter {entry.name} {what}: give {expected}.")
