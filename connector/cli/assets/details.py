"""The description of an asset as names and values, in the order of the fields of its view."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, get_type_hints

import msgspec

from connector.cli.frame.output import Output
from connector.cli.frame.remote import choose_text
from connector.views.assets import AssetStatement, AssetView
from connector.views.common import LocalizedText

POLICIES = ("policy", "access", "reservation")
_NAMES = {
    "data_class": "class",
    "access": "visible to",
    "release": "version",
    "legal_basis": "legal basis (declared)",
    "marking": "about persons",
    "offer_id": "offer",
    "waiting": "waiting requests",
    "created_at": "created",
    "updated_at": "changed",
}
_INTERNAL = frozenset({"certain"})
"""Members that no option sets: how a record is read shows in `asset add --dry-run`."""


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
            yield name, _format_value(value, hints[name], output)


def _format_value(value: Any, hint: Any, output: Output) -> object:
    if hint == LocalizedText:
        return choose_text(value, output.lang)
    if hint == tuple[LocalizedText, ...]:
        return tuple(choose_text(text, output.lang) for text in value)
    if isinstance(value, datetime):
        return output.format_time(value)
    if isinstance(value, msgspec.Struct):
        value = msgspec.to_builtins(value)
    if isinstance(value, dict):
        return output.format_members(value, without=_INTERNAL)
    return value
