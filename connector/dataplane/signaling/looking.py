"""A trial of a source before an asset is added: it is opened as for a delivery, and its beginning is looked at."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import chain, islice
from typing import Any

import msgspec

from connector.dataplane.files.below_root import run_in_thread
from connector.dataplane.files.folder import FOLDER_TYPE, read_listing
from connector.dataplane.formats.geojson import see_features
from connector.dataplane.formats.looking import MOST_RECORDS, SAMPLE, look_at_records, see_records
from connector.dataplane.formats.signatures import check_type
from connector.dataplane.inspecting.inspecting import MOST_FINDINGS, inspect_records, word_finding
from connector.dataplane.inspecting.photos import find_photo_place
from connector.dataplane.inspecting.texts import inspect_text
from connector.dataplane.tabular.apart import open_apart
from connector.dataplane.tabular.opened import Scratch
from connector.dataplane.tabular.parts import gather_parts
from connector.ports.flow import Cause, Content, Source, SourceError, Untreatable
from connector.ports.treatment import Records
from connector.views.assets import DEFAULT_MEDIA_TYPE, STREAMED, find_record_format
from connector.views.sightings import DataFinding, Sighting

_PATIENCE_S = 20.0
_LARGEST_LISTING = 8 * 1024 * 1024
_LARGEST_FILE = 64 * 1024 * 1024
_MOST_CELLS = 1_000_000
_NAME = "data"
_HEAD = 4096
_XML = frozenset({"application/xml", "text/xml"})
_GTFS_TABLES = frozenset(
    f"{name}.txt".encode()
    for name in (
        *("agency", "stops", "routes", "trips", "stop_times", "calendar", "calendar_dates", "feed_info", "shapes"),
        *("transfers", "attributions", "frequencies", "fare_attributes", "fare_rules"),
    )
)
_MEMBER = b"PK\x03\x04"
_SHAPE_PARTS = (b".shp", b".shx", b".dbf")
_MOST_MEMBERS = 200


async def try_source(
    sources: Mapping[str, Source], address: dict[str, Any], media_type: str, stated: Records | None
) -> Sighting:
    """Open a source and return what its beginning shows. Raises SourceError if it cannot be read."""
    source = sources.get(str(address.get("kind")))
    if source is None:
        raise SourceError(f"This kind of source is not supported: use one of {', '.join(sorted(sources))}.")
    try:
        async with asyncio.timeout(_PATIENCE_S), source.open(address) as content:
            folder = content.media_type == FOLDER_TYPE
            if content.left_out:
                raise SourceError(
                    f"Files of the folder cannot be delivered under their names: {', '.join(content.left_out)}. "
                    'Rename them: no control characters, none of : * ? " < > | \\, and at most 255 bytes in UTF-8.'
                )
            sample, whole = await _read(content, _LARGEST_LISTING if folder else SAMPLE)
            known = content.media_type if media_type == DEFAULT_MEDIA_TYPE else media_type
            found = stated or _guess_records(sample, known)
            held = Scratch()
            if found and found.format not in STREAMED and not folder:
                rest = join_chunks(sample, content.chunks)
                whole = await _hold(held, await gather_parts(source, address, rest, found))
    except TimeoutError as error:
        raise SourceError(
            f"The source did not answer within {_PATIENCE_S:g} s: check it.", Cause.UNAVAILABLE
        ) from error
    if folder:
        return _see_folder(sample)
    check_type(sample, known, content.media_type)
    size = len(sample) if content.size is None and whole else content.size
    seen = Sighting(media_type=known, size=size, whole=whole)
    if found is None:
        return _see_photo(sample, seen)
    if found.format in STREAMED:
        return await run_in_thread(_inspect_text, sample, whole, found, seen)
    return await run_in_thread(_inspect_file, held, found, seen)


def _guess_records(sample: bytes, media_type: str) -> Records | None:
    """Return how data is read as records, by its media type, or as DATEX II by what it begins with."""
    found = find_record_format(media_type)
    if media_type.partition(";")[0] in _XML and b"datex2.eu" in sample[:_HEAD]:
        found = "datex"
    if media_type == "application/zip" and any(name.endswith(_SHAPE_PARTS) for name in _list_members(sample)):
        found = "shapefile"
    elif media_type == "application/zip" and next(_list_members(sample), b"") in _GTFS_TABLES:
        found = "gtfs"
    return Records(format=found) if found else None


def _list_members(sample: bytes) -> Iterator[bytes]:
    """Yield the names of the members that begin in the first bytes of a ZIP archive, in small letters.

    APPNOTE.TXT, section 4.3.7: the length of the name is 26 bytes after the beginning.
    """
    at = -1
    for _ in range(_MOST_MEMBERS):
        at = sample.find(_MEMBER, at + 1)
        if at < 0:
            return
        length = int.from_bytes(sample[at + 26 : at + 28], "little")
        yield sample[at + 30 : at + 30 + length].lower()


def _see_photo(sample: bytes, seen: Sighting) -> Sighting:
    """Return what a photo says of its place, which its owner may not know."""
    place = find_photo_place(sample)
    if place is None:
        return seen
    said = f"{place.latitude:.4f}, {place.longitude:.4f}"
    finding = word_finding(DataFinding(code="photo-place", level="remark", count=1, example=said))
    return msgspec.structs.replace(seen, findings=(finding,))


async def _hold(held: Scratch, chunks: AsyncIterator[bytes]) -> bool:
    """Write a file that is read as a whole; return False if it is too large to be looked at."""
    size = 0
    with (held.path / _NAME).open("wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > _LARGEST_FILE:
                return False
            file.write(chunk)
    return True


def _inspect_text(sample: bytes, whole: bool, stated: Records, seen: Sighting) -> Sighting:
    found, records = look_at_records(sample[:SAMPLE], whole, stated, seen.media_type, seen.size)
    told = tuple(map(word_finding, inspect_text(sample[:SAMPLE], found, stated.encoding)))
    if not found.problem:
        found = inspect_records(found, records, stated)
    return msgspec.structs.replace(found, findings=(*told, *found.findings)[:MOST_FINDINGS])


def _inspect_file(held: Scratch, stated: Records, seen: Sighting) -> Sighting:
    """Return what the rows of a file show, which has to be there as a whole."""
    seen = msgspec.structs.replace(seen, format=stated.format)
    if not seen.whole:
        return msgspec.structs.replace(
            seen, problem=f"The file has more than {_LARGEST_FILE} bytes: it is not inspected."
        )
    try:
        opened = open_apart(held.path / _NAME, stated)
        most = min(MOST_RECORDS, _MOST_CELLS // max(len(opened.fields), 1))
        records = list(islice(chain.from_iterable(opened.batches), most))
    except Untreatable as error:
        count, box = see_features((held.path / _NAME).read_bytes()) if stated.format == "geojson" else (0, ())
        return msgspec.structs.replace(seen, problem=str(error), records=count, box=box)
    whole = len(records) < most
    seen = msgspec.structs.replace(seen, whole=whole)
    seen = see_records(seen, records, opened.fields, stated, range(1, len(records) + 1))
    return inspect_records(seen, records, stated, opened.crs, opened.remarks)


async def join_chunks(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the bytes that were read before, and then the others."""
    yield head
    async for chunk in rest:
        yield chunk


async def _read(content: Content, most: int) -> tuple[bytes, bool]:
    """Return at least as many of the first bytes of a content, and whether they are all of it."""
    sample = bytearray()
    async for chunk in content.chunks:
        sample += chunk
        if len(sample) > most:
            return bytes(sample), False
    return bytes(sample), True


def _see_folder(listing: bytes) -> Sighting:
    try:
        members = read_listing(listing).members
    except (ValueError, msgspec.MsgspecError) as error:
        raise SourceError(str(error)) from error
    remarks = () if members else ("The folder has no file that can be delivered.",)
    size = sum(member.size for member in members)
    return Sighting(media_type=FOLDER_TYPE, size=size, files=len(members), whole=True, remarks=remarks)
