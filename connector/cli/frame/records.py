"""What is said of the records of an asset on the command line: `--record KEY=VALUE`, once for each thing."""

from typing import Annotated, Any

import typer

from connector.cli.frame.failure import Code, Failure

RecordsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="How it is read by records, several times: format, delimiter, field, subject, group, measure, level, "
        "smallest-group, or a fact as dk:recordRegion=FIELD.",
    ),
]
# Each key with the member of the description that it fills, and whether it may be said several times.
_KEYS = {
    "format": ("format", False),
    "delimiter": ("delimiter", False),
    "subject": ("subject", False),
    "level": ("level", False),
    "smallest-group": ("smallest_group", False),
    "field": ("fields", True),
    "group": ("groups", True),
    "measure": ("measures", True),
}
_FORMATS = {"text/csv": "csv", "application/json": "json", "application/x-ndjson": "ndjson"}


def parse_records(said: list[str] | None, media_type: str | None) -> dict[str, Any] | None:
    """Return what is said of the records, with the format of the media type where none is; None where nothing is said.

    Raises Failure for what is not KEY=VALUE, an unknown key, or one that is said twice.
    """
    if not said:
        return None
    found: dict[str, Any] = {"format": _FORMATS.get(media_type or "", "")}
    for entry in said:
        key, sign, value = entry.partition("=")
        if not sign or not value:
            raise Failure(Code.USAGE, f"{entry!r} says nothing of the records: write it as KEY=VALUE.")
        if ":" in key:
            found.setdefault("facts", {})[key] = value
            continue
        if key not in _KEYS:
            raise Failure(Code.USAGE, f"There is no {key!r} of records: use a fact or one of {', '.join(_KEYS)}.")
        member, several = _KEYS[key]
        if several:
            found.setdefault(member, []).append(value)
        elif found.get(member) and member != "format":
            raise Failure(Code.USAGE, f"{key} is said twice: say it once.")
        else:
            found[member] = _whole(value) if member == "smallest_group" else value
    if not found["format"]:
        raise Failure(Code.USAGE, "Say how the data is read: --record format=csv, json or ndjson.")
    return found


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise Failure(Code.USAGE, f"The smallest group is a whole number, not {text[:50]!r}.")
    return int(text)
