"""Endpoints for the files that arrived under a transfer, below the root for received data only.

A delivery is one file or a folder of files. Reading follows no link; ranges continue an interrupted download.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
from fastapi import Query, Request
from fastapi.responses import Response, StreamingResponse

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtContext, AtEvaluator, AtReceived, LimitQuery
from connector.api.frame.errors import ApiError
from connector.controlplane.core.context import Context
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases import transfer
from connector.dataplane.files.below_root import is_folder, list_members, open_file, relative_path, run_in_thread
from connector.dataplane.files.folder import FOLDER_TYPE
from connector.dataplane.files.received import StoredFile, list_stored, remove_stored
from connector.ports.flow import SourceError
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.views.assets import DEFAULT_MEDIA_TYPE
from connector.views.common import Page
from connector.views.conversion import moment
from connector.views.deliveries import DeliveredFileView
from connector.views.received import CleanedView, CleanOrder, ReceivedFileView, ReceivedView

router = ChapterRouter(tags=["transfers"])

_DAY_MS = 86_400_000
_PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")


@router.get("/received")
async def list_received(
    evaluator: AtEvaluator, received: AtReceived, after: AfterQuery = None, limit: LimitQuery | None = None
) -> ReceivedView:
    """List the files in the folder of received data, oldest first, with what they are and from whom.

    Without `limit`, all files are on one page.
    """
    files = await run_in_thread(list_stored, received)
    if after is not None:
        files = [file for file in files if _to_cursor(file) > _read_cursor(after)]
    page = files[:limit] if limit else files
    of = await transfer.find_received(evaluator.context, [file.path for file in page])
    items = tuple(_name(evaluator, _view(file), of.get(file.path)) for file in page)
    following = "{}:{}".format(*_to_cursor(page[-1])) if len(page) < len(files) else None
    return ReceivedView(items=items, folder=str(received.absolute()), next=following)


def _to_cursor(file: StoredFile) -> tuple[int, str]:
    return file.written_at, file.path


def _read_cursor(text: str) -> tuple[int, str]:
    """Return where a page begins: behind a file, which may be gone by now. Raises ApiError."""
    written, _, path = text.partition(":")
    if not (written.isascii() and written.isdecimal() and len(written) < 20):
        raise ApiError(400, "cursor", "Unknown cursor: pass the `next` of a page that this connector returned.")
    return int(written), path


@router.post("/received/clean")
async def clean_received(context: AtContext, received: AtReceived, order: CleanOrder) -> CleanedView:
    """Remove received files that are older than a number of days; files that were saved elsewhere stay."""
    now = context.now()
    cut = now - int(order.older_than_days * _DAY_MS)
    before = 0 if order.partial else cut
    removed, failed = await run_in_thread(
        partial(remove_stored, received, before=before, partial_before=cut, now=now, dry=order.dry_run)
    )
    files = tuple(_view(file) for file in removed)
    return CleanedView(files=files, size=sum(file.size for file in files), failed=tuple(failed))


def _view(file: StoredFile) -> ReceivedFileView:
    written = moment(file.written_at)
    saved = file.names > 1
    return ReceivedFileView(path=file.path, size=file.size, partial=file.partial, written_at=written, saved=saved)


def _name(evaluator: Evaluator, file: ReceivedFileView, process: Transfer | None) -> ReceivedFileView:
    if process is None:
        return file
    known = evaluator.directory.participant(process.peer)
    return msgspec.structs.replace(
        file,
        transfer=process.id,
        dataset=process.dataset,
        title=process.title,
        agreement_id=process.agreement_id or "",
        counterparty=process.peer,
        counterparty_name=known.name if known else "",
    )


@router.get("/transfers/{id:path}/files")
async def list_delivered_files(context: AtContext, received: AtReceived, id: str) -> Page[DeliveredFileView]:
    """List the delivered files with the digests of their present content."""
    found = await _files(context, received, id)
    return Page(items=tuple([await run_in_thread(_described, received, name, path) for name, path in found.items()]))


@router.get("/transfers/{id:path}/content", response_class=Response)
async def download_delivery(
    context: AtContext,
    received: AtReceived,
    request: Request,
    id: str,
    file: Annotated[
        str | None, Query(max_length=4096, description="Path of the file (default: the only file).")
    ] = None,
) -> Response:
    """Download a delivered file, or a range of it (`Range: bytes=100-`, with `If-Range`)."""
    found = await _files(context, received, id)
    if file is None and len(found) > 1:
        raise ApiError(409, "several", f"The delivery has {len(found)} files: choose one with `file`.")
    name = file if file is not None else next(iter(found))
    if name not in found:
        raise ApiError(404, "no-file", "Unknown file of the delivery: list the files for their paths.")
    try:
        descriptor = await run_in_thread(open_file, received, found[name])
    except SourceError as error:
        raise ApiError(404, "no-file", str(error)) from None
    return _content(request, descriptor, name.rpartition("/")[2], await _find_media_type(context, id, found))


async def _files(context: Context, received: Path, id: str) -> dict[str, str]:
    """Return name in the delivery → path below the root. Raises NoSuchEntity, ApiError."""
    process = await transfer.get(context, id)
    address = msgspec.json.decode(process.sink) if process.sink else {}
    if process.role is not Role.CONSUMER or address.get("kind") != "file":
        raise ApiError(404, "elsewhere", "The data of this transfer is not in a file here: read it at its sink.")
    try:
        found = await run_in_thread(_below, received, relative_path(address))
    except (SourceError, OSError):
        found = {}
    if not found:
        raise ApiError(
            404, "nothing-yet", "The delivery is not complete, or its files were removed: wait for the transfer."
        )
    return found


def _below(root: Path, path: str) -> dict[str, str]:
    if not is_folder(root, path):
        return {path.rpartition("/")[2]: path}
    return {member: f"{path}/{member}" for member in list_members(root, path)}


def _described(root: Path, name: str, path: str) -> DeliveredFileView:
    with os.fdopen(open_file(root, path), "rb", buffering=0) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return DeliveredFileView(path=name, size=file.tell(), sha256=digest)


async def _find_media_type(context: Context, id: str, found: dict[str, str]) -> str:
    """Return the media type that the provider stated; of a member of a folder it states none."""
    process = await transfer.get(context, id)
    progress = msgspec.json.decode(process.progress) if process.progress else {}
    known = progress.get("media_type") if len(found) == 1 else None
    return known if known and known != FOLDER_TYPE else DEFAULT_MEDIA_TYPE


def _content(request: Request, descriptor: int, name: str, media_type: str) -> Response:
    status = os.fstat(descriptor)
    size, etag = status.st_size, f'"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_size:x}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    first, end, code = 0, size, 200
    if asked and request.headers.get("if-range", etag) == etag:
        first, end, code = int(asked[1]), min(int(asked[2]) + 1 if asked[2] else size, size), 206
        if first >= size or end <= first:
            os.close(descriptor)
            return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - first)
    pieces = _pieces(descriptor, first, end)
    return StreamingResponse(pieces, code, headers={**headers, "Content-Type": media_type})


def _pieces(descriptor: int, first: int, end: int) -> Iterator[bytes]:
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        file.seek(first)
        while first < end and (piece := file.read(min(_PIECE, end - first))):
            first += len(piece)
            yield piece
