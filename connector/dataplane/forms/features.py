"""OGC API – Features, Part 1 (Core 1.0.1) over the rows of one offer: one collection, whose items are the treated rows.

The identifier of an item is its number among these rows. The documents that describe the collection contain no data.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from connector.dataplane.forms.choice import (
    CRS84,
    LARGEST_PAGE,
    LONGEST,
    MOST_WHERE,
    BadChoice,
    Choice,
    Condition,
    UnknownRow,
    read_between,
    read_box,
    read_count,
    read_crs,
)
from connector.dataplane.forms.json import GeoJsonForm, encode_values, make_feature
from connector.dataplane.forms.writing import Layout, RowCount, ShapedRow, list_plain

COLLECTION = "rows"
PAGE = 100
_CRS = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CLASSES = ("core", "geojson", "oas30")
_CONFORMANCE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
_JSON, _GEOJSON = "application/json", "application/geo+json"
_OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_PLAIN = frozenset({"bbox", "bbox-crs", "datetime", "crs", "limit", "offset", "f"})
_LARGEST_NUMBER = 1_000_000_000


def read_items_query(query: Sequence[tuple[str, str]], url: str) -> Choice:
    """Return the choice of a request for items; `url` is its address without the query.

    A parameter with the name of a column filters by its value (7.15.5). Raises BadChoice.
    """
    given = dict(query)
    if len(given) != len(query):
        raise BadChoice("A parameter is given twice: give each once.")
    if any(len(value) > LONGEST for value in given.values()) or len(given) > MOST_WHERE:
        raise BadChoice("The query is too long: use fewer and shorter parameters.")
    if given.get("f", "json") not in {"json", "geojson"}:
        raise BadChoice("Items are only in GeoJSON: leave `f` out.")
    kept = [(name, value) for name, value in query if name not in {"offset", "f"}]
    return Choice(
        form="features",
        where=tuple(Condition(name, "=", value) for name, value in query if name not in _PLAIN),
        bbox=read_box(given["bbox"]) if "bbox" in given else None,
        bbox_crs=read_crs(given["bbox-crs"]) if "bbox-crs" in given else CRS84,
        between=read_between(given["datetime"]) if "datetime" in given else None,
        crs=read_crs(given["crs"]) if "crs" in given else "",
        # A larger limit than the largest page is not an error (7.15.2).
        limit=min(read_count("limit", given.get("limit", str(PAGE)), _LARGEST_NUMBER), LARGEST_PAGE),
        offset=read_count("offset", given.get("offset", "0"), _LARGEST_NUMBER, least=0),
        page_url=f"{url}?{urlencode(kept)}" if kept else f"{url}?",
    )


def read_item_query(number: str, query: Sequence[tuple[str, str]], url: str) -> Choice:
    """Return the choice of a request for one item. Raises BadChoice."""
    for name, _ in query:
        if name not in {"crs", "f"}:
            raise BadChoice(f"Unknown parameter {name[:50]!r}: one item takes only crs.")
    given = dict(query)
    try:
        wanted = read_count("The number of a row", number, _LARGEST_NUMBER)
    except BadChoice as error:
        raise UnknownRow(str(error)) from error
    crs = read_crs(given["crs"]) if "crs" in given else ""
    return Choice(form="features", number=wanted, crs=crs, page_url=url)


class FeaturesForm:
    """Writes a page of items as a FeatureCollection with its links."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._inner = GeoJsonForm(numbered=True)

    def begin(self, layout: Layout) -> bytes:
        """Return the begin of the collection."""
        return self._inner.begin(layout)

    def write(self, rows: Sequence[ShapedRow]) -> bytes:
        """Return rows as features."""
        return self._inner.write(rows)

    def end(self, found: RowCount) -> bytes:
        """Return the numbers of rows and the links, which are known at the end."""
        choice = self._choice
        links = [_link("self", self._locate(choice.offset), _GEOJSON)]
        if not found.complete:
            links.append(_link("next", self._locate(choice.offset + found.written), _GEOJSON))
        if choice.offset:
            links.append(_link("prev", self._locate(max(0, choice.offset - (choice.limit or PAGE))), _GEOJSON))
        links.append(_link("collection", choice.page_url.partition("?")[0].removesuffix("/items"), _JSON))
        # The number of all may be left out where it is not known (7.16.4).
        matched = {} if found.matched is None else {"numberMatched": found.matched}
        members = {**matched, "numberReturned": found.written, "links": links}
        return b"\n]," + msgspec.json.encode(members)[1:] + b"\n"

    def _locate(self, offset: int) -> str:
        url = self._choice.page_url
        return f"{url}{'' if url.endswith('?') else '&'}offset={offset}"


class FeatureForm:
    """Writes the one item that is wanted."""

    def __init__(self) -> None:
        self._layout = Layout(())

    def begin(self, layout: Layout) -> bytes:
        """Return nothing yet."""
        self._layout = layout
        return b""

    def write(self, rows: Sequence[ShapedRow]) -> bytes:
        """Return the row as a Feature."""
        return b"".join(
            encode_values({**make_feature(row, self._layout, list_plain(self._layout)), "id": row.number})
            for row in rows
        )

    def end(self, found: RowCount) -> bytes:
        """Return nothing. Raises UnknownRow if there is no such row."""
        if not found.written:
            raise UnknownRow("There is no row with this number: request the items for their identifiers.")
        return b""


def describe(path: str, base: str, title: str) -> dict[str, Any] | None:
    """Return the document of a path below the landing page; None for an unknown path.

    Parameters:
        path: without a slash at its ends; empty for the landing page.
        base: the address of the landing page.
        title: the name of the offer.
    """
    match path:
        case "":
            return _describe_landing(base, title)
        case "conformance":
            return {"conformsTo": [_CONFORMANCE + name for name in _CLASSES]}
        case "collections":
            links = [_link("self", f"{base}/collections", _JSON)]
            return {"links": links, "collections": [_describe_collection(base, title)]}
        case "collections/rows":
            return _describe_collection(base, title)
        case "api":
            return _describe_api(base, title)
    return None


def _describe_landing(base: str, title: str) -> dict[str, Any]:
    links = [
        _link("self", base, _JSON),
        _link("service-desc", f"{base}/api", _OPENAPI),
        _link("conformance", f"{base}/conformance", _JSON),
        _link("data", f"{base}/collections", _JSON),
    ]
    return {"title": title, "links": links}


def _describe_collection(base: str, title: str) -> dict[str, Any]:
    place = f"{base}/collections/{COLLECTION}"
    links = [_link("self", place, _JSON), _link("items", f"{place}/items", _GEOJSON)]
    return {"id": COLLECTION, "title": title, "itemType": "feature", "crs": [_CRS], "links": links}


def _describe_api(base: str, title: str) -> dict[str, Any]:
    """Return the description of the interface in OpenAPI 3.0 (class oas30)."""
    items = f"/collections/{COLLECTION}/items"
    of_items = [
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE}),
        _parameter("offset", {"type": "integer", "minimum": 0, "default": 0}),
        _parameter("bbox", {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}, explode=False),
        _parameter("datetime", {"type": "string"}),
        _parameter("crs", {"type": "string"}),
    ]
    number = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
    paths = {
        "/": _operation("landing", "The landing page"),
        "/conformance": _operation("conformance", "The conformance classes"),
        "/collections": _operation("collections", "The collections"),
        f"/collections/{COLLECTION}": _operation("collection", "The collection"),
        items: _operation("items", "The rows as features", of_items),
        f"{items}/{{number}}": _operation("item", "One row as a feature", [number]),
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1.0.0"},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }


def _operation(name: str, summary: str, parameters: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    answers = {"200": {"description": summary}, "400": {"description": "A parameter is wrong"}}
    return {"get": {"operationId": name, "summary": summary, "parameters": list(parameters), "responses": answers}}


def _parameter(name: str, schema: dict[str, Any], *, explode: bool = True) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "style": "form", "explode": explode}


def _link(rel: str, href: str, media_type: str) -> dict[str, str]:
    return {"rel": rel, "href": href, "type": media_type}


def locate(public_url: str, flow_id: str) -> str:
    """Return the address of the landing page of a flow."""
    return f"{public_url}/features/{quote(flow_id, safe='')}"
