"""SensorThings API 1.1 (OGC 18-088): entities, also expanded ones, as rows.

Address: `{"kind": "sensorthings", "url": "https://sta.city.example/v1.1", "path": "Datastreams(7)/Observations"}`. What
an entity contains is a column of its way (`Datastream.name`), what it has in a list stays a list. What a consumer
chooses is added to `filter`, each value as a literal of its type.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from connector.dataplane.address.parameters import ChosenValue
from connector.dataplane.backends.asking import add_query
from connector.dataplane.backends.walking import resolve_link
from connector.dataplane.portals.geometry import CRS84, check_places, settle_geometry
from connector.dataplane.portals.portal import PortalAddress, PortalDialect, PortalPage, PortalRow, append_path
from connector.dataplane.portals.rows import GEOMETRY, ID
from connector.net.client import Response
from connector.ports.flow import SourceError

_COMPARE = {"=": "eq", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_FIELD = re.compile(r"@?[A-Za-z][A-Za-z0-9_.]*(/@?[A-Za-z][A-Za-z0-9_.]*)*")
_DEEPEST = 8
_MOST_NAMES = 1000
_ENTITY_SET = r"[A-Z][A-Za-z]{1,40}"
_ENTITY_ID = r"\([0-9]{1,20}\)|\('[A-Za-z0-9_:.-]{1,200}'\)"
EntityPath = Annotated[
    str,
    msgspec.Meta(max_length=500, pattern=rf"^({_ENTITY_SET}({_ENTITY_ID})/){{0,3}}{_ENTITY_SET}\Z"),
]
_Option = Annotated[str, msgspec.Meta(max_length=1000, pattern=r"^[^\x00-\x1f\x7f&#]*\Z")]


class SensorThingsAddress(PortalAddress, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A set of entities: `path` below the root of the service; `geometry` is the way to a place, such as `location`."""

    kind: Literal["sensorthings"]
    path: EntityPath
    expand: _Option = ""
    select: _Option = ""
    filter: _Option = ""
    order_by: _Option = "@iot.id asc"
    geometry: Annotated[str, msgspec.Meta(max_length=200)] = ""


class _Entities(msgspec.Struct, frozen=True):
    value: list[dict[str, msgspec.Raw]]
    count: int | None = msgspec.field(default=None, name="@iot.count")
    next_link: str | None = msgspec.field(default=None, name="@iot.nextLink")


def _check(address: SensorThingsAddress) -> None:
    named = [parameter.field or name for name, parameter in address.parameters.items()]
    if not all(_FIELD.fullmatch(name) for name in named):
        raise SourceError("A parameter has a `field` that is no property: write it as `Datastream/name`.")


def _make_first(address: SensorThingsAddress, choices: Mapping[str, ChosenValue]) -> str:
    conditions = [f"({address.filter})"] if address.filter else []
    conditions += [
        f"{choice.parameter.field or name} {_COMPARE[choice.parameter.compare]} {_write_literal(choice)}"
        for name, choice in choices.items()
    ]
    stated = {
        "$filter": " and ".join(conditions),
        "$expand": address.expand,
        "$select": address.select,
        "$orderby": address.order_by,
        "$top": str(address.size),
        "$count": "true",
    }
    return add_query(append_path(address.url, address.path), {name: value for name, value in stated.items() if value})


def _write_literal(choice: ChosenValue) -> str:
    doubled = choice.text.replace("'", "''")
    return f"'{doubled}'" if choice.parameter.type == "text" else choice.text


def _read(address: SensorThingsAddress, answer: Response, at: str, _: int) -> PortalPage:
    try:
        page = msgspec.json.decode(answer.body, type=_Entities)
        rows = [read_entity(entity, address.geometry) for entity in page.value]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise SourceError(
            "The service answers with something else than entities of SensorThings: check `url` and `path`."
        ) from None
    check_places([row[GEOMETRY] for row in rows if row.get(GEOMETRY)], CRS84)
    following = resolve_link(at, page.next_link) if page.next_link else None
    return PortalPage(rows, following, page.count)


def read_entity(entity: dict[str, msgspec.Raw], geometry: str) -> PortalRow:
    """Return the row of an entity; `geometry` is the way to its place. Raises SourceError, msgspec.MsgspecError."""
    row: PortalRow = {}
    _flatten(entity, "", row, 0)
    if geometry:
        place = _walk(entity, geometry.split("."))
        row.pop(geometry, None)
        if GEOMETRY in row:
            raise SourceError(f"An entity has a property `{GEOMETRY}`, beside the one of its place.")
        row[GEOMETRY] = settle_geometry(place, swap=False)
    return row


def _flatten(entity: Mapping[str, msgspec.Raw], prefix: str, row: PortalRow, depth: int) -> None:
    """Add the properties of an entity to a row. Raises SourceError if a list in it goes on at another page."""
    for name, raw in entity.items():
        if name.endswith("@iot.nextLink"):
            raise SourceError("An expanded list of the service goes on at another page: expand it with a larger $top.")
        if name.endswith(("@iot.navigationLink", "@iot.selfLink", "@iot.count", "@iot.associationLink")):
            continue
        value = bytes(raw)
        column = prefix + (ID if name == "@iot.id" else name)
        inner = msgspec.json.decode(value, type=dict[str, msgspec.Raw]) if value[:1] == b"{" else None
        if inner and "coordinates" not in inner and depth < _DEEPEST:
            _flatten(inner, f"{column}.", row, depth + 1)
        else:
            row[column] = raw
        if len(row) > _MOST_NAMES:
            raise SourceError(f"An entity of the service has more than {_MOST_NAMES} properties: state `select`.")


def _walk(entity: Mapping[str, msgspec.Raw], way: list[str]) -> Any:
    """Return the value at the end of a way of names and of numbers in lists, None if it is not there."""
    value: Any = entity.get(way[0])
    value = None if value is None else msgspec.json.decode(value)
    for part in way[1:]:
        if isinstance(value, list):
            value = value[int(part)] if part.isdecimal() and len(part) < 6 and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


SENSORTHINGS = PortalDialect(
    kind="sensorthings", form=SensorThingsAddress, check=_check, make_first=_make_first, read=_read
)
