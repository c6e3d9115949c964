"""What a consumer can choose of a dataset: its forms and its parameters, as the provider states them, and the choice.

Nothing that a provider states is trusted: what is not of a known form, type and size is not shown. Pure.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from connector.broker.reading.members import find_values, read_word
from connector.protocol import dcat
from connector.protocol.dsp.errors import clean
from connector.views.assets import FORM_TYPES
from connector.web.frame.forms import FormFault
from connector.web.offering.controls import read_answer, split_lines

PARAMETER = "wahl."
"""What the names of the fields of parameters begin with."""
_MOST, _LONGEST = 32, 200
_TYPES = frozenset({"text", "integer", "number", "boolean", "date", "time"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", re.ASCII)
_CONDITION = re.compile(r"[^<>=!]+?\s*(<=|>=|!=|=|<|>)\s*.+")


class ChoosableParameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of a source: its name, its type, the allowed values (empty: all), its bounds and its default."""

    name: str
    type: str
    values: tuple[str, ...] = ()
    least: str = ""
    most: str = ""
    default: str = ""


class Choosable(msgspec.Struct, frozen=True):
    """The forms in which rows can be taken, and the parameters by which the source can be asked for a part.

    `live` says that the data changes all the time, so that a delivery can stay open for it.
    """

    forms: tuple[str, ...] = ()
    parameters: tuple[ChoosableParameter, ...] = ()
    live: bool = False


def read_choosable(dataset: Mapping[str, Any]) -> Choosable:
    """Return what a Dataset lets a consumer choose.

    >>> read_choosable({"dcat:distribution": [{dcat.FORM: "csv"}, {dcat.FORM: "evil"}]}).forms
    ('csv',)
    """
    forms = dict.fromkeys(
        form
        for entry in find_values(dataset, "dcat:distribution")
        if isinstance(entry, dict) and isinstance(form := entry.get(dcat.FORM), str) and form in FORM_TYPES
    )
    stated = dataset.get(dcat.PARAMETER)
    found = [read for entry in _list(stated)[:_MOST] if (read := _read_parameter(entry))]
    frequencies = map(read_word, find_values(dataset, "dct:accrualPeriodicity"))
    live = any(frequency.rpartition("/")[2] == "CONT" for frequency in frequencies)
    return Choosable(tuple(forms), tuple({one.name: one for one in found}.values()), live)


def write_choice(form: Mapping[str, str]) -> str:
    """Return the query of a choice that was typed; empty without one. Raises FormFault."""
    wanted, columns = form.get("form", ""), read_answer(form, "spalten")
    conditions = split_lines(form.get("zeilen", ""), 20)
    if not wanted:
        if columns or conditions:
            raise FormFault("choosing.needs-form")
        return ""
    if wanted not in FORM_TYPES:
        raise FormFault("form-unreadable")
    if not all(map(_CONDITION.fullmatch, conditions)):
        raise FormFault("choosing.where-wrong")
    names = ",".join(name for part in columns.split(",") if (name := part.strip()))
    pairs = [("form", wanted), *([("columns", names)] if names else []), *(("where", text) for text in conditions)]
    return "&".join(f"{name}={quote(value, safe=',:/.-_~')}" for name, value in pairs)


def read_parameters(form: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters that were typed, by name; the provider checks them."""
    typed = {name.removeprefix(PARAMETER): read_answer(form, name) for name in form if name.startswith(PARAMETER)}
    return {name: text for name, text in sorted(typed.items()) if text and _NAME.fullmatch(name)}


def _read_parameter(stated: Any) -> ChoosableParameter | None:
    if not isinstance(stated, dict):
        return None
    said = {member: stated.get(key) for member, key in dcat.PARAMETER_MEMBERS.items()}
    name, kind = said["name"], said["type"]
    if not isinstance(name, str) or not _NAME.fullmatch(name) or kind not in _TYPES:
        return None
    values = tuple(text for value in _list(said["values"])[:100] if (text := _write(value)))
    bounds = {member: _write(said[member]) for member in ("least", "most", "default")}
    return ChoosableParameter(name=name, type=kind, values=values, **bounds)


def _list(stated: Any) -> list[Any]:
    return stated if isinstance(stated, list) else [] if stated is None else [stated]


def _write(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return clean(str(value), _LONGEST) if isinstance(value, str | int | float) else ""
