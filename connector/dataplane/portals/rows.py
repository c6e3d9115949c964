"""The rows of a portal as a table: one set of columns, no page twice, as many rows as were promised."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

import msgspec

from connector.dataplane.address.parameters import read_choices
from connector.dataplane.backends.reading import BackendReader
from connector.dataplane.backends.walking import WalkedPage, open_walk
from connector.dataplane.databases.rows import write_rows
from connector.dataplane.portals.geometry import CRS84, name_crs
from connector.dataplane.portals.portal import A, PortalAddress, PortalDialect, PortalRow
from connector.net.client import Response
from connector.ports.flow import Cause, SourceError

GEOMETRY = "geometry"
ID = "id"
MEDIA_TYPES = {
    "geojson": "application/geo+json",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
}
_MOST_COLUMNS = 1000
_LONGEST_NAME = 200
_PIECE = 64 * 1024

_encode = msgspec.json.encode


class PortalTable(NamedTuple):
    """An open table: its columns, the rows of its pages, and the reference system of its places."""

    columns: tuple[str, ...]
    pages: AsyncIterator[Sequence[PortalRow]]
    crs: str


async def open_table(portal: PortalDialect[A], read: A, address: dict[str, Any], reader: BackendReader) -> PortalTable:
    """Fetch the first page of a portal; return its table. Raises SourceError."""
    asked = {**address, "headers": portal.headers(read)}
    found: dict[str, Any] = {"total": None, "crs": ""}

    def read_page(answer: Response, at: str, count: int) -> WalkedPage[PortalRow]:
        page = portal.read(read, answer, at, count)
        if page.rows and page.crs != (found["crs"] or page.crs):
            raise SourceError("The portal changes its reference system half-way: state `crs` in the address.")
        if page.rows:
            found["crs"] = page.crs
        found["total"] = page.total
        return WalkedPage(page.rows, page.following)

    url = portal.make_first(read, read_choices(address))
    first, pages = await open_walk(url, reader.make_fetch(asked), read_page, read.most_pages)
    columns = read.columns or _find_columns(first)
    return PortalTable(columns, _check_pages(pages, columns, read, found), found["crs"] or CRS84)


def write_table(table: PortalTable, read: PortalAddress) -> AsyncIterator[bytes]:
    """Return a table in the form of its address, in pieces. Raises SourceError."""
    if read.format == "geojson":
        return _write_features(table, read.most_rows)
    return write_rows(_encode_rows(table.pages), table.columns, read.format, read.most_rows)


async def _encode_rows(pages: AsyncIterator[Sequence[PortalRow]]) -> AsyncIterator[Sequence[bytes]]:
    async for rows in pages:
        yield [_encode(row) for row in rows]


def _find_columns(rows: Sequence[PortalRow]) -> tuple[str, ...]:
    columns = dict.fromkeys(name for row in rows for name in row)
    if len(columns) > _MOST_COLUMNS or any(len(name) > _LONGEST_NAME for name in columns):
        raise SourceError(
            f"The portal has more than {_MOST_COLUMNS} columns, or names of more than {_LONGEST_NAME} "
            "characters: state `columns` in the address."
        )
    place = [GEOMETRY] if GEOMETRY in columns else []
    return (*(name for name in columns if name != GEOMETRY), *place)


async def _check_pages(
    pages: AsyncIterator[Sequence[PortalRow]], columns: tuple[str, ...], read: PortalAddress, found: dict[str, Any]
) -> AsyncIterator[Sequence[PortalRow]]:
    """Yield the rows of each page with exactly these columns. Raises SourceError."""
    before, count, known = b"", 0, frozenset(columns)
    async for rows in pages:
        digest = hashlib.sha256(_encode(rows)).digest()
        if digest == before:
            raise SourceError("The portal gives the same page twice: it does not count its pages as it is asked to.")
        before, count = digest, count + len(rows)
        yield [_fit(row, columns, known, is_stated=bool(read.columns)) for row in rows]
    if found["total"] is not None and found["total"] != count:
        raise SourceError(
            f"The portal speaks of {found['total']} rows and gave {count}: start the transfer again, or correct "
            "the portal.",
            Cause.UNAVAILABLE,
        )


def _fit(row: PortalRow, columns: tuple[str, ...], known: frozenset[str], *, is_stated: bool) -> PortalRow:
    if not is_stated and not row.keys() <= known:
        name = ascii(next(name for name in row if name not in known))[1:-1][:50]
        raise SourceError(f"The portal delivers another column half-way ({name}): state all `columns` in the address.")
    return {name: row.get(name) for name in columns}


async def _write_features(table: PortalTable, most_rows: int) -> AsyncIterator[bytes]:
    """Yield a FeatureCollection (RFC 7946); a system other than WGS 84 is in the member `crs` of GeoJSON 2008."""
    system = {"type": "name", "properties": {"name": name_crs(table.crs)}}
    stated = b"" if table.crs == CRS84 else b'"crs":' + _encode(system) + b","
    piece, count = bytearray(b'{"type":"FeatureCollection",' + stated + b'"features":['), 0
    async for rows in table.pages:
        if count + len(rows) > most_rows:
            raise SourceError(
                f"The portal has more than {most_rows} rows for this request: raise `most_rows` of the asset, or "
                "narrow its parameters.",
                Cause.UNAVAILABLE,
            )
        for row in rows:
            piece += (b",\n" if count else b"\n") + _encode(_make_feature(row))
            count += 1
            if len(piece) >= _PIECE:
                yield bytes(piece)
                piece.clear()
    piece += b"\n]}\n"
    yield bytes(piece)


def _make_feature(row: PortalRow) -> dict[str, Any]:
    rest = {name: value for name, value in row.items() if name not in {ID, GEOMETRY}}
    named = {"id": row[ID]} if row.get(ID) is not None else {}
    return {"type": "Feature", **named, "geometry": row.get(GEOMETRY), "properties": rest}
