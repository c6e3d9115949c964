"""The description of the records of an asset: `--record KEY=VALUE`, one for each property."""

from typing import Annotated, Any

import msgspec
import typer

from connector.cli.assets.hierarchy import read_hierarchy
from connector.cli.assets.sightings import find_sign
from connector.cli.frame.failure import Code, Failure
from connector.views.assets import Records, find_record_format

RecordsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="How records are read from the data: format, encoding, delimiter, decimal, thousands, field, subject, "
        "group, measure, level, smallest-group, geometry, crs, time, table, hierarchy=FIELD:FILE, "
        "or a fact such as dk:recordRegion=FIELD. May be repeated.",
    ),
]
# Each key with the member of the description that it fills, and whether it may be repeated.
_KEYS = {
    "format": ("format", False),
    "encoding": ("encoding", False),
    "delimiter": ("delimiter", False),
    "decimal": ("decimal", False),
    "thousands": ("thousands", False),
    "subject": ("subject", False),
    "level": ("level", False),
    "smallest-group": ("smallest_group", False),
    "field": ("fields", True),
    "group": ("groups", True),
    "measure": ("measures", True),
    "geometry": ("geometry", True),
    "crs": ("crs", False),
    "time": ("time", False),
    "table": ("table", False),
}

_REPEATED = frozenset({"hierarchy", *(key for key, (_, several) in _KEYS.items() if several)})
_SIGNED = frozenset({"delimiter", "decimal", "thousands"})


def parse_records(options: list[str] | None, media_type: str | None) -> Records | None:
    """Return the description of the records, None without options; the default format is that of the media type.

    Raises Failure for an option that is not KEY=VALUE, for an unknown key, and for a key that is given twice.
    """
    if not options:
        return None
    description: dict[str, Any] = {"format": find_record_format(media_type or "") or ""}
    seen: set[str] = set()
    for option in options:
        key, sign, value = option.partition("=")
        value = find_sign(value) if key in _SIGNED else value
        if not sign or not value:
            raise Failure(Code.USAGE, "errors.record-pair", option=option)
        if key in seen:
            raise Failure(Code.USAGE, "errors.given-twice", key=key)
        if key not in _REPEATED:
            seen.add(key)
        if key == "hierarchy":
            _add_hierarchy(description.setdefault("hierarchies", {}), value)
            continue
        if ":" in key:
            description.setdefault("facts", {})[key] = value
            continue
        if key not in _KEYS:
            raise Failure(Code.USAGE, "errors.record-key", key=key, names=", ".join([*_KEYS, "hierarchy"]))
        member, several = _KEYS[key]
        if several:
            description.setdefault(member, []).append(value)
        else:
            description[member] = _parse_whole(value) if member == "smallest_group" else value
    if not description["format"]:
        raise Failure(Code.USAGE, "errors.record-format")
    try:
        return msgspec.convert(description, Records)
    except msgspec.ValidationError as error:
        raise Failure(Code.USAGE, "errors.record-options", error={"en": str(error)}) from None


def _add_hierarchy(known: dict[str, Any], value: str) -> None:
    field, table = read_hierarchy(value)
    if field in known:
        raise Failure(Code.USAGE, "errors.given-twice", key=f"hierarchy={field}")
    known[field] = table


def _parse_whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise Failure(Code.USAGE, "errors.smallest-group", text=text[:50])
    return int(text)
