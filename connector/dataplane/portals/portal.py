"""What a kind of portal is: the members of its address, its first URL, and how one of its pages is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

import msgspec

from connector.dataplane.address.parameters import ChosenValue, SourceParameters
from connector.dataplane.backends.asking import BackendAuth, HttpUrl, add_query
from connector.dataplane.portals.geometry import CRS84
from connector.net.client import Response

RowFormat = Literal["geojson", "csv", "json", "ndjson"]
PortalRow = dict[str, Any]
"""The values of a row by column: JSON as it is written (`msgspec.Raw`), or what becomes JSON."""

CrsName = Annotated[str, msgspec.Meta(pattern=r"^(EPSG:[0-9]{4,6})?\Z")]
DegreeBox = tuple[float, float, float, float]


class PortalAddress(msgspec.Struct, frozen=True, kw_only=True):
    """What the addresses of all portals share.

    `columns` are delivered in this order; without them, those of the first page. `size` is the number of rows that a
    page should have. More than `most_rows` rows or `most_pages` pages are an error, never a shorter answer.
    """

    url: HttpUrl
    auth: BackendAuth | None = None
    parameters: SourceParameters = {}
    chosen: dict[str, str] = {}
    columns: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=200)], ...], msgspec.Meta(max_length=1000)
    ] = ()
    format: RowFormat = "json"
    size: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 200
    most_pages: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 10_000
    most_rows: Annotated[int, msgspec.Meta(ge=1, le=100_000_000)] = 1_000_000


class PortalPage(NamedTuple):
    """The rows of a page, the URL of the page that follows, how many rows there are in all, and their CRS."""

    rows: list[PortalRow]
    following: str | None
    total: int | None = None
    crs: str = CRS84


A = TypeVar("A", bound=PortalAddress)


@dataclass(frozen=True)
class PortalDialect(Generic[A]):
    """A kind of portal.

    `check` raises SourceError for an address that cannot be used. `make_first` returns the URL of the first page with
    what the consumer chose, `read` reads a page, given its URL and the number of rows before it. `headers` are sent
    with each request. `geometry` is the column with the place of a row.
    """

    kind: str
    form: type[A]
    check: Callable[[A], None]
    make_first: Callable[[A, Mapping[str, ChosenValue]], str]
    read: Callable[[A, Response, str, int], PortalPage]
    headers: Callable[[A], dict[str, str]] = field(default=lambda _: {"Accept": "application/json"})


def append_path(url: str, path: str) -> str:
    """Return the URL with `path` behind its own path; its query stays.

    >>> append_path("https://geo.city.example/api/?f=json", "collections")
    'https://geo.city.example/api/collections?f=json'
    """
    base, mark, query = url.partition("?")
    return f"{base.rstrip('/')}/{path}" + (mark + query if query else "")


def count_on(at: str, name: str, rows: Sequence[PortalRow], before: int, total: int | None) -> str | None:
    """Return the URL of the page behind that at `at`, whose `name` counts rows; None behind the last row.

    `before` is how many rows came before `rows`, `total` how many there are, if that is known.
    """
    seen = before + len(rows)
    return None if not rows or seen == total else add_query(at, {name: str(seen)})
