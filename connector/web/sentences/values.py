"""The right side of a condition, as a policy states it and as the text of a control, by the operand's sort. Pure."""

from typing import Any

from connector.policy.model.literals import find_instant, parse_date_time, parse_day, to_lexical
from connector.policy.model.policy import ODRL
from connector.policy.model.values import Instant, WallTime
from connector.policy.vocabulary.registry import Operand, Registry
from connector.web.offering.controls import split_lines
from connector.web.typed import read_amount, read_clock, read_moment, read_number

PAY_AMOUNT = ODRL + "payAmount"
SETS = frozenset({"isAnyOf", "isNoneOf", "isAllOf"})
"""Operators that have several values."""
_TYPES = {"instant": "dateTime", "clock": "time", "duration": "duration", "flag": "boolean"}


def read_values(right: Any) -> tuple[str, ...]:
    """Return the values of a right operand as texts, as they are written.

    >>> read_values([{"@value": "P30D", "@type": "xsd:duration"}, {"@id": "urn:a"}, "b"])
    ('P30D', 'urn:a', 'b')
    """
    entries = right if isinstance(right, list) else [right]
    return tuple(str(_read_value(entry)) for entry in entries if _read_value(entry) not in {None, ""})


def _read_value(entry: Any) -> str | int | float | None:
    if isinstance(entry, dict):
        entry = entry.get("@value", entry.get("@id"))
    if isinstance(entry, bool):
        return str(entry).lower()
    return entry if isinstance(entry, str | int | float) else None


def show_value(text: str, operand: Operand, registry: Registry) -> str:
    """Return one value as the control of its operand shows it: a time on the clock of the provider, without seconds."""
    if operand.sort == "instant":
        found = parse_date_time(text)
        local = found.at.astimezone(registry.zone) if isinstance(found, Instant) else found.at if found else None
        return f"{local:%Y-%m-%dT%H:%M}" if local else text
    return text[:5] if operand.sort == "clock" else text


def write_right(text: str, operator: str, operand: Operand, registry: Registry) -> Any:
    """Return the right operand for the text of a control: several values are its lines, no value is an empty text."""
    lines = split_lines(text)
    if operator in SETS:
        return [_write_value(line, operand, registry) for line in lines]
    return _write_value(lines[0], operand, registry) if lines else ""


def _write_value(text: str, operand: Operand, registry: Registry) -> Any:
    kind = _TYPES.get(operand.sort)
    if kind is None:
        if operand.sort != "number":
            return text
        return read_amount(text) if operand.iri == PAY_AMOUNT else read_number(text)
    if operand.sort == "instant":
        return _write_instant(read_moment(text), registry)
    text = read_clock(text) if operand.sort == "clock" else text
    written = f"{text}:00" if operand.sort == "clock" and text.count(":") == 1 else text
    return {"@value": written, "@type": f"xsd:{kind}"}


def _write_instant(text: str, registry: Registry) -> Any:
    """Return a day as a day, and what a person reads from a clock as the instant that it means here."""
    if parse_day(text):
        return {"@value": text, "@type": "xsd:date"}
    local = parse_date_time(f"{text}:00" if text.count(":") == 1 else text)
    found = find_instant(local, registry.zone) if isinstance(local, WallTime) else local
    return {"@value": to_lexical(found)[0] if found is not None else text, "@type": "xsd:dateTime"}
