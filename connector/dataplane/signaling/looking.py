"""A trial of a source before an asset is added: it is opened as for a delivery, and its beginning is looked at."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from connector.dataplane.files.below_root import run_in_thread
from connector.dataplane.files.folder import FOLDER_TYPE, read_listing
from connector.dataplane.formats.geojson import MEDIA_TYPES, see_features
from connector.dataplane.formats.looking import SAMPLE, look
from connector.dataplane.formats.signatures import check_type
from connector.ports.flow import Cause, Content, Source, SourceError
from connector.ports.treatment import Records
from connector.views.assets import DEFAULT_MEDIA_TYPE, find_record_format
from connector.views.sightings import Sighting

_PATIENCE_S = 20.0
_LARGEST_LISTING = 8 * 1024 * 1024


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
    except TimeoutError as error:
        raise SourceError(
            f"The source did not answer within {_PATIENCE_S:g} s: check it.", Cause.UNAVAILABLE
        ) from error
    known = content.media_type if media_type == DEFAULT_MEDIA_TYPE else media_type
    if folder:
        return _see_folder(sample)
    check_type(sample, known, content.media_type)
    size = len(sample) if content.size is None and whole else content.size
    found = find_record_format(known)
    records = stated or (Records(format=found) if found else None)
    if records is None:
        count, box = (0, ()) if not whole or known not in MEDIA_TYPES else await run_in_thread(see_features, sample)
        return Sighting(media_type=known, size=size, whole=whole, records=count, box=box)
    return await run_in_thread(look, sample, whole, records, known, size)


async def _read(content: Content, most: int) -> tuple[bytes, bool]:
    """Return the first bytes of a content, and whether they are all of it."""
    sample = bytearray()
    async for chunk in content.chunks:
        sample += chunk
        if len(sample) > most:
            return bytes(sample[:most]), False
    return bytes(sample), True


def _see_folder(listing: bytes) -> Sighting:
    try:
        members = read_listing(listing).members
    except (ValueError, msgspec.MsgspecError) as error:
        raise SourceError(str(error)) from error
    remarks = () if members else ("The folder has no file that can be delivered.",)
    size = sum(member.size for member in members)
    return Sighting(media_type=FOLDER_TYPE, size=size, files=len(members), whole=True, remarks=remarks)
