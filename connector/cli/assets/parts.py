"""The parts of a description that have members: `--contact KEY=VALUE`, one option for each member."""

import shlex
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import typer

from connector.cli.frame.failure import Code, Failure
from connector.views.descriptions import Contact, CoveredPlace, CoveredTime, Organisation

PublisherOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Organisation that publishes the data, by name and id (default: the participant). May be repeated.",
    ),
]
ContactOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Contact for questions about the data: name, email, url, telephone (default: that of the settings). "
        "May be repeated.",
    ),
]
PlaceOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Area that the data is about: name, key (official key of a German area), id (IRI), "
        "box=WEST,SOUTH,EAST,NORTH. May be repeated.",
    ),
]
PeriodOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Time that the data is about: start, end, as in start=2026-05-01. May be repeated.",
    ),
]
PARTS: Mapping[str, type[msgspec.Struct]] = {
    "publisher": Organisation,
    "contact": Contact,
    "place": CoveredPlace,
    "period": CoveredTime,
}
"""Each part by the name of its option, which is that of its member."""


def parse_part(name: str, options: list[str] | None) -> msgspec.Struct | None:
    """Return the part that options state, None without options.

    Raises Failure for an option that is not KEY=VALUE, an unknown key, a key that is given twice, and a box of others
    than numbers.
    """
    if not options:
        return None
    members: dict[str, Any] = {}
    for option in options:
        key, sign, value = option.partition("=")
        if not sign or not value:
            raise Failure(Code.USAGE, "errors.part-pair", name=name, option=option)
        if key not in PARTS[name].__struct_fields__:
            raise Failure(
                Code.USAGE, "errors.part-key", name=name, key=key, names=", ".join(PARTS[name].__struct_fields__)
            )
        if key in members:
            raise Failure(Code.USAGE, "errors.given-twice", key=key)
        members[key] = _parse_box(value) if key == "box" else value
    return msgspec.convert(members, PARTS[name])


def _parse_box(text: str) -> list[float]:
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise Failure(Code.USAGE, "errors.part-box", text=text[:100]) from None


def write_part(name: str, part: Mapping[str, Any]) -> list[str]:
    """Return the options that state a part, in the form that `parse_part` reads.

    >>> write_part("place", {"name": "Am Ring", "box": [8.2, 48.9, 8.6, 49.1]})
    ["--place 'name=Am Ring'", '--place box=8.2,48.9,8.6,49.1']
    """
    texts = (
        f"{key}={','.join(map(str, value)) if isinstance(value, list | tuple) else value}"
        for key, value in part.items()
    )
    return [f"--{name} {shlex.quote(text)}" for text in texts]
