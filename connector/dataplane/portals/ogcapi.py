"""OGC API – Features (Part 1, and Part 2 for reference systems): the items of a collection.

Address: `{"kind": "ogcapi", "url": "https://geo.city.example", "collection": "trees"}`, with `bbox`, `datetime` and
`crs` if only a part is offered, or in another reference system. A consumer chooses what `parameters` lists: `bbox`,
`datetime`, and the queryable properties.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import quote

import msgspec

from connector.dataplane.address.parameters import ChosenValue
from connector.dataplane.backends.asking import add_query
from connector.dataplane.backends.walking import resolve_link
from connector.dataplane.portals.features import (
    choose_swap,
    decode_features,
    read_feature_rows,
    read_total,
    settle_crs,
)
from connector.dataplane.portals.geometry import CRS84, AxisOrder, read_crs
from connector.dataplane.portals.portal import (
    CrsName,
    DegreeBox,
    PortalAddress,
    PortalDialect,
    PortalPage,
    RowFormat,
    append_path,
)
from connector.net.client import Response
from connector.ports.flow import SourceError

_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


class OgcApiAddress(PortalAddress, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The place of a collection: `url` is the landing page. `bbox` is west, south, east, north in degrees."""

    kind: Literal["ogcapi"]
    collection: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/?#]+\Z")]
    bbox: DegreeBox | None = None
    datetime: Annotated[str, msgspec.Meta(pattern=r"^[0-9TZ:.+/-]{0,80}\Z")] = ""
    crs: CrsName = ""
    axes: AxisOrder = "standard"
    format: RowFormat = "geojson"


def _check(address: OgcApiAddress) -> None:
    check_box(address.bbox)
    if address.collection in {".", ".."}:
        raise SourceError("The `collection` of the address is none: give its identifier.")


def check_box(box: DegreeBox | None) -> None:
    """Raise SourceError if a box is none of degrees."""
    if box is None:
        return
    west, south, east, north = box
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise SourceError("The `bbox` of the address is none: give west, south, east, north in degrees.")


def _make_first(address: OgcApiAddress, choices: Mapping[str, ChosenValue]) -> str:
    url = append_path(address.url, f"collections/{quote(address.collection, safe='')}/items")
    stated = {"limit": str(address.size)}
    if address.bbox is not None:
        stated["bbox"] = ",".join(f"{value:.9g}" for value in address.bbox)
    if address.datetime:
        stated["datetime"] = address.datetime
    if address.crs:
        stated["crs"] = _EPSG + address.crs.partition(":")[2]
    chosen = {choice.parameter.field or name: choice.text for name, choice in choices.items()}
    return add_query(url, {**chosen, **stated})


def _read(address: OgcApiAddress, answer: Response, at: str, _: int) -> PortalPage:
    page = decode_features(answer.body)
    crs, swap = _find_crs(address, answer)
    rows = read_feature_rows(page, crs, swap=swap, box=address.bbox or ())
    target = next((link.href for link in page.links if link.rel == "next" and link.href), None)
    following = resolve_link(at, target) if target else None
    return PortalPage(rows, following, read_total(page.numberMatched), settle_crs(crs))


def _find_crs(address: OgcApiAddress, answer: Response) -> tuple[str, bool]:
    """Return the reference system of an answer (Part 2, section 6.3), and whether its axes are swapped."""
    stated: Any = answer.headers.get("Content-Crs", "").strip().strip("<>")
    asked = address.crs or CRS84
    if not stated and not address.crs:
        return CRS84, choose_swap(CRS84, address.axes, is_formal=True)
    code = read_crs(stated)[0] if stated else ""
    if code != asked:
        raise SourceError(
            f"The portal was asked for {asked} and answers in {code or 'a system that it does not name'}: "
            "correct `crs` of the address."
        )
    return code, choose_swap(code, address.axes, is_formal=True)


OGCAPI = PortalDialect(
    kind="ogcapi",
    form=OgcApiAddress,
    check=_check,
    make_first=_make_first,
    read=_read,
    headers=lambda _: {"Accept": "application/geo+json, application/json;q=0.9"},
)
