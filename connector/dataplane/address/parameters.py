"""Parameters of a source that the consumer chooses, within what the operator allows.

The address of an asset lists them: `"parameters": {"from": {"type": "date", "field": "day", "compare": ">="}}`. The
consumer states values in the query of a pull (`?from=2026-05-01`), or as the endpoint property `parameters` of a push,
written in the same way. Each name has to be listed, each value has to be of the type and within the bounds. What
reaches a source is the listed name with a text that was read and written again, never what the consumer sent.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

import msgspec

from connector.dataplane.address.members import read_members
from connector.ports.flow import SourceError

CHOSEN = "chosen"
PARAMETERS = "parameters"
_MOST_PARAMETERS = 32
_LONGEST_QUERY = 4096
_NAME = r"^[A-Za-z][A-Za-z0-9_.-]{0,63}\Z"
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)

ParameterType = Literal["text", "integer", "number", "boolean", "date", "time"]
_EXAMPLES: Mapping[ParameterType, str] = {
    "text": "a text",
    "integer": "a whole number such as 7",
    "number": "a number such as 7.5",
    "boolean": "true or false",
    "date": "a date such as 2026-05-01",
    "time": "a time with a zone such as 2026-05-01T10:00:00Z",
}


class BadParameters(Exception):
    """The parameters of a consumer are not allowed; the message is one sentence for the consumer."""


class SourceParameter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A parameter that a consumer may state.

    `values` are the allowed texts, all if empty; `least` and `most` bound numbers, dates and times; `longest` bounds a
    text in characters. `default` is used if the consumer states nothing. `field` is the column of a table, or the name
    in the query of a backend, by default the name of the parameter. `compare` is how a column is compared with it.
    """

    type: ParameterType = "text"
    values: tuple[str, ...] = ()
    least: str | int | float | None = None
    most: str | int | float | None = None
    longest: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200
    default: str | int | float | bool | None = None
    field: str = ""
    compare: Literal["=", "<", "<=", ">", ">="] = "="


class ChosenValue(msgspec.Struct, frozen=True):
    """The text that was chosen for a parameter, in the one spelling of its type."""

    parameter: SourceParameter
    text: str


SourceParameters = Annotated[
    dict[Annotated[str, msgspec.Meta(pattern=_NAME)], SourceParameter], msgspec.Meta(max_length=_MOST_PARAMETERS)
]


class _Declared(msgspec.Struct, frozen=True):
    parameters: SourceParameters = {}
    chosen: dict[str, str] = {}


def check_parameters(address: Mapping[str, Any]) -> None:
    """Raise SourceError if the parameters of an address, their bounds or their defaults cannot be used."""
    for name, parameter in _read(address).parameters.items():
        for bound in (*parameter.values, parameter.default, parameter.least, parameter.most):
            if bound is None:
                continue
            try:
                _READERS[parameter.type](_write(bound), parameter)
            except ValueError:
                raise SourceError(
                    f"A value, bound or default of the parameter {name} is not {_EXAMPLES[parameter.type]}."
                ) from None
        if parameter.default is not None:
            try:
                _choose_one(name, parameter, _write(parameter.default))
            except BadParameters as error:
                raise SourceError(f"The default of a parameter cannot be used. {error}") from None


def list_parameters(address: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the parameters that an address declares."""
    return frozenset(_read(address).parameters) if PARAMETERS in address else frozenset()


def choose(address: Mapping[str, Any], query: str) -> dict[str, Any]:
    """Return the address with what a consumer chose in a query (`a=1&b=2`). Raises BadParameters."""
    if not query:
        return dict(address)
    declared = _read(address).parameters
    if not declared:
        raise BadParameters("This data has no parameters: request it without a query.")
    if len(query) > _LONGEST_QUERY:
        raise BadParameters(f"The parameters are longer than {_LONGEST_QUERY} characters: send fewer.")
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:
        raise BadParameters("The parameters cannot be read: write them as name=value, joined by &, in UTF-8.") from None
    chosen: dict[str, str] = {}
    for name, value in pairs:
        if name not in declared:
            known = ", ".join(f"{known} ({one.type})" for known, one in sorted(declared.items()))
            raise BadParameters(f"A parameter is not allowed: use only {known}.")
        if name in chosen:
            raise BadParameters(f"The parameter {name} is given twice: give it once.")
        chosen[name] = _choose_one(name, declared[name], value)
    return {**address, CHOSEN: chosen}


def map_chosen(address: Mapping[str, Any]) -> dict[str, str]:
    """Return the field behind each parameter that a consumer chose in an address; defaults are no choice of it."""
    if not address.get(CHOSEN):
        return {}
    read = _read(address)
    return {name: read.parameters[name].field or name for name in read.chosen if name in read.parameters}


def read_choices(address: Mapping[str, Any]) -> dict[str, ChosenValue]:
    """Return what is chosen in an address, by name, and the defaults of the rest; each is checked again."""
    read, choices = _read(address), {}
    for name, parameter in read.parameters.items():
        text = read.chosen.get(name, None if parameter.default is None else _write(parameter.default))
        if text is None:
            continue
        try:
            choices[name] = ChosenValue(parameter, _choose_one(name, parameter, text))
        except BadParameters as error:
            raise SourceError(str(error)) from None
    return choices


def _read(address: Mapping[str, Any]) -> _Declared:
    return read_members(address, _Declared, str(address.get("kind")))


def _write(value: str | float | bool) -> str:
    return (
        value
        if isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else f"{Decimal(str(value)):f}"
    )


def _choose_one(name: str, parameter: SourceParameter, value: str) -> str:
    read = _READERS[parameter.type]
    try:
        text, order = read(value, parameter)
    except (ValueError, OverflowError):
        raise BadParameters(
            f"The parameter {name} cannot be used: it is not {_EXAMPLES[parameter.type]}, or it is too long."
        ) from None
    if parameter.values and text not in {read(allowed, parameter)[0] for allowed in parameter.values}:
        raise BadParameters(f"The parameter {name} has a value that is not allowed: use {', '.join(parameter.values)}.")
    low, high = parameter.least, parameter.most
    if (low is not None and order < read(_write(low), parameter)[1]) or (
        high is not None and order > read(_write(high), parameter)[1]
    ):
        shown = f"from {low if low is not None else '…'} to {high if high is not None else '…'}"
        raise BadParameters(f"The parameter {name} is outside of its bounds: use a value {shown}.")
    return text


_ReadValue = Callable[[str, SourceParameter], tuple[str, Any]]


def _read_text(value: str, parameter: SourceParameter) -> tuple[str, str]:
    if len(value) > parameter.longest or not value.isprintable():
        raise ValueError
    value.encode()  # no half of a pair of surrogates
    return value, value


def _read_integer(value: str, _: SourceParameter) -> tuple[str, int]:
    if not _INTEGER.fullmatch(value):
        raise ValueError
    return str(int(value)), int(value)


def _read_number(value: str, _: SourceParameter) -> tuple[str, Decimal]:
    if not _NUMBER.fullmatch(value):
        raise ValueError
    return f"{Decimal(value):f}", Decimal(value)


def _read_boolean(value: str, _: SourceParameter) -> tuple[str, str]:
    if value not in {"true", "false"}:
        raise ValueError
    return value, value


def _read_date(value: str, _: SourceParameter) -> tuple[str, date]:
    if len(value) != len("2026-05-01"):
        raise ValueError
    found = date.fromisoformat(value)
    return found.isoformat(), found


def _read_time(value: str, _: SourceParameter) -> tuple[str, datetime]:
    found = datetime.fromisoformat(value if len(value) <= 40 else "")
    if found.tzinfo is None:
        raise ValueError
    found = found.astimezone(UTC)
    return found.isoformat().replace("+00:00", "Z"), found


_READERS: Mapping[ParameterType, _ReadValue] = {
    "text": _read_text,
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
    "date": _read_date,
    "time": _read_time,
}
