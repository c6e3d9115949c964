"""The description of an asset as names and values, in the order of the fields of its view."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, get_type_hints

import msgspec

from connector.cli.assets.sightings import describe_reading
from connector.cli.frame.output import Output, format_cell
from connector.cli.frame.remote import choose_text
from connector.language.catalogue import find_label
from connector.semantic.codes import ListName, find_code
from connector.views.assets import AssetStatement, AssetView, Records
from connector.views.common import LocalizedText
from connector.views.self_descriptions import PushView

POLICIES = ("policy", "access", "reservation")
_NAMES = {
    "data_class": "class",
    "access": "visible to",
    "release": "version",
    "legal_basis": "legal basis (declared)",
    "marking": "about persons",
    "offer_id": "offer",
    "hvd": "high-value dataset",
    "issued": "first published",
    "modified": "data changed",
    "format": "file type",
    "landing_page": "landing page",
    "conforms_to": "conforms to",
    "waiting": "waiting requests",
    "smallest_group": "smallest group",
    "subject": "field of the person",
    "groups": "fields that identify together",
    "measures": "fields to add up",
    "level": "a record is",
    "hierarchies": "tables of levels",
    "facts": "facts from fields",
    "stated": "statements about the data",
    "broker": "at the broker",
    "created_at": "created",
    "updated_at": "changed",
}
_READING = frozenset({"format", "encoding", "delimiter", "decimal", "thousands", "certain"})
"""Members that say how a record is read, which is one phrase."""
_LISTS: Mapping[str, ListName] = {
    "licence": "licence",
    "frequency": "frequency",
    "format": "file-type",
    "hvd": "hvd-category",
}
"""Members with a code of a list, whose label is shown."""


def describe_asset(asset: AssetView, output: Output, policies: Mapping[str, object]) -> dict[str, object]:
    """Return the names and values to show, the identifier first; `policies` replaces each policy by its sentences."""
    shown = dict(_list_values(asset, output))
    shown |= {name: text for name, text in policies.items() if shown[name]}
    return {name_field(name): shown[name] for name in ("id", *shown)}


def name_field(name: str) -> str:
    """Return the name under which a member of an asset is shown."""
    return _NAMES.get(name, name.replace("_", " "))


def _list_values(entity: msgspec.Struct, output: Output) -> Iterator[tuple[str, object]]:
    hints = get_type_hints(type(entity))
    for name, value in zip(entity.__struct_fields__, msgspec.structs.astuple(entity), strict=True):
        if isinstance(value, AssetStatement):
            yield from _list_values(value, output)
        else:
            yield name, _format_value(_name_codes(name, value, output), hints[name], output)


def _name_codes(name: str, value: Any, output: Output) -> Any:
    """Return the codes of a member with their labels; any other value as it is."""
    if name not in _LISTS or not value:
        return value
    if isinstance(value, tuple):
        return tuple(_name_code(_LISTS[name], code, output) for code in value)
    return _name_code(_LISTS[name], value, output)


def _name_code(codes: ListName, text: str, output: Output) -> str:
    known = find_code(codes, text)
    return f"{find_label(output.lang, f'term:{known.iri}', known.labels)} ({known.code})" if known else text


def _format_value(value: Any, hint: Any, output: Output) -> object:
    if hint == LocalizedText:
        return choose_text(value, output.lang)
    if hint == tuple[LocalizedText, ...]:
        return tuple(choose_text(text, output.lang) for text in value)
    if isinstance(value, datetime):
        return output.format_time(value)
    if isinstance(value, Records):
        return _format_records(value, output)
    if isinstance(value, PushView):
        return _format_push(value, output)
    if isinstance(value, msgspec.Struct):
        value = msgspec.to_builtins(value)
    if isinstance(value, dict):
        return output.format_members(value)
    return value


def list_changed(change: Mapping[str, object], output: Output) -> str:
    """Return the names of changed members as an asset shows them, also of those within what is stated of the data."""
    names = [name for member in sorted(change) for name in _list_members(member, change[member])]
    return ", ".join(output.name_field(name_field(name)) for name in names)


def _list_members(name: str, value: object) -> list[str]:
    return sorted(value) if name == "stated" and isinstance(value, dict) and value else [name]


def _format_push(push: PushView, output: Output) -> str:
    """Return what became of a push, when, why, and what the broker misses."""
    told = [f"{output.name_value(push.state)} {output.format_time(push.at)}"]
    return " ".join([*told, *(output.translate(text) for text in (push.reason, *push.findings) if text)])


def _format_records(records: Records, output: Output) -> str:
    """Return how records are read, and what is stated of them, with the names of the language."""
    stated = msgspec.to_builtins(records)
    if records.hierarchies:
        stated["hierarchies"] = [
            f"{field}: {' → '.join(table.levels)} ({len(table.rows)})" for field, table in records.hierarchies.items()
        ]
    named = [
        f"{output.name_field(name_field(name))} {format_cell(value)}"
        for name, value in stated.items()
        if name not in _READING
    ]
    return "; ".join([describe_reading(records, output.lang), *named])
