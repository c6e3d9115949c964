"""The files that belong to a Shapefile: an address that names the `.shp` alone is read with the files beside it.

They are put into one ZIP archive in memory, as a Shapefile is offered elsewhere.
"""

import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

from connector.dataplane.tabular.opened import LARGEST
from connector.ports.flow import Cause, Source, SourceError, Untreatable
from connector.ports.treatment import Records

_BESIDE = (".dbf", ".shx", ".prj", ".cpg")
_NEEDED = frozenset({".dbf", ".shx"})
_SHAPE = b"\x00\x00\x27\x0a"


async def gather_parts(
    source: Source, address: dict[str, Any], chunks: AsyncIterator[bytes], records: Records
) -> AsyncIterator[bytes]:
    """Return the bytes of data, of a `.shp` those of an archive with the files beside it. Raises SourceError."""
    member = next((name for name in ("path", "url") if str(address.get(name, "")).lower().endswith(".shp")), None)
    if records.format != "shapefile" or member is None:
        return chunks
    stem = str(address[member])[: -len(".shp")]
    shape = await _collect(chunks)
    if not shape.startswith(_SHAPE):
        raise Untreatable("The .shp is no Shapefile: export it again.")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("data.shp", shape)
        for ending in _BESIDE:
            try:
                async with source.open({**address, member: stem + ending}) as beside:
                    archive.writestr(f"data{ending}", await _collect(beside.chunks))
            except SourceError as error:
                if ending in _NEEDED or error.cause is not Cause.NOT_FOUND:
                    raise
    return _once(made.getvalue())


async def _collect(chunks: AsyncIterator[bytes]) -> bytes:
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > LARGEST:
            raise Untreatable(f"The Shapefile has more than {LARGEST} bytes: offer a smaller one.")
    return bytes(data)


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
