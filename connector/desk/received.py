"""The files that arrived under a transfer, below the root for received data only; no link is followed.

A delivery is one file or a folder of files. Only regular files are opened, so that a name of a peer leads nowhere else.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import msgspec

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.usecases import transfer
from connector.dataplane.files.below_root import is_folder, list_members, open_file, relative_path, run_in_thread
from connector.dataplane.files.folder import FOLDER_TYPE
from connector.ports.flow import SourceError
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.views.assets import DEFAULT_MEDIA_TYPE

_PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")


class OpenedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A delivered file that is open for reading: its name, its media type, its size, and its descriptor to close."""

    name: str
    media_type: str
    size: int
    descriptor: int


class FileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of HTTP with a file or a range of it; `pieces` are its bytes, and None without a body."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes] | None


async def list_files(context: Context, received: Path, id: str) -> dict[str, str]:
    """Return the files of a transfer: name in the delivery → path below the root `received`. Raises NoSuchEntity."""
    process = await transfer.get(context, id)
    address = msgspec.json.decode(process.sink) if process.sink else {}
    if process.role is not Role.CONSUMER or address.get("kind") != "file":
        raise NoSuchEntity("elsewhere", "The data of this transfer is not in a file here: read it at its sink.")
    try:
        found = await run_in_thread(_list_below, received, relative_path(address))
    except (SourceError, OSError):
        found = {}
    if not found:
        reason = "The delivery is not complete, or its files were removed: wait for the transfer."
        raise NoSuchEntity("nothing-yet", reason)
    return found


async def open_delivered(context: Context, received: Path, id: str, name: str | None) -> OpenedFile:
    """Open a file of a transfer; without a name, the only one. Raises NoSuchEntity, NotAllowed."""
    found = await list_files(context, received, id)
    if name is None and len(found) > 1:
        raise NotAllowed("several", f"The delivery has {len(found)} files: choose one with `file`.")
    chosen = name if name is not None else next(iter(found))
    if chosen not in found:
        raise NoSuchEntity("no-file", "Unknown file of the delivery: list the files for their paths.")
    try:
        descriptor = await run_in_thread(open_file, received, found[chosen])
    except SourceError as error:
        raise NoSuchEntity("no-file", str(error)) from None
    media_type = _find_media_type(await transfer.get(context, id), alone=len(found) == 1)
    size = os.fstat(descriptor).st_size
    return OpenedFile(name=chosen, media_type=media_type, size=size, descriptor=descriptor)


def answer_with(file: OpenedFile, *, range_header: str = "", if_range: str | None = None) -> FileAnswer:
    """Return the answer with a file as a download, or with a range of it (RFC 9110, section 14); it closes the file."""
    status = os.fstat(file.descriptor)
    size, etag = status.st_size, f'"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name.rpartition('/')[2], safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    asked = _RANGE.fullmatch(range_header)
    first, end, code = 0, size, 200
    if asked and (if_range or etag) == etag:
        first, end, code = int(asked[1]), min(int(asked[2]) + 1 if asked[2] else size, size), 206
        if first >= size or end <= first:
            os.close(file.descriptor)
            return FileAnswer(status=416, headers={**headers, "Content-Range": f"bytes */{size}"}, pieces=None)
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    headers |= {"Content-Length": str(end - first), "Content-Type": file.media_type}
    return FileAnswer(status=code, headers=headers, pieces=_read_pieces(file.descriptor, first, end))


def _list_below(root: Path, path: str) -> dict[str, str]:
    if not is_folder(root, path):
        return {path.rpartition("/")[2]: path}
    return {member: f"{path}/{member}" for member in list_members(root, path)}


def _find_media_type(process: Transfer, *, alone: bool) -> str:
    """Return the media type that the provider stated; of a member of a folder it states none."""
    progress = msgspec.json.decode(process.progress) if process.progress else {}
    known = progress.get("media_type") if alone else None
    return known if known and known != FOLDER_TYPE else DEFAULT_MEDIA_TYPE


def _read_pieces(descriptor: int, first: int, end: int) -> Iterator[bytes]:
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        file.seek(first)
        while first < end and (piece := file.read(min(_PIECE, end - first))):
            first += len(piece)
            yield piece
