"""Endpoints for the files that arrived under a transfer, below the root for received data only.

A delivery is one file or a folder of files. Reading follows no link; ranges continue an interrupted download.
"""

import hashlib
import os
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from fastapi import Query, Request
from fastapi.responses import Response, StreamingResponse

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtContext, AtEnforcer, AtEvaluator, AtReceived, LimitQuery
from connector.api.frame.errors import ApiError
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases import transfer
from connector.dataplane.files.below_root import open_file, run_in_thread
from connector.dataplane.files.received import StoredFile, list_stored, remove_stored
from connector.desk.received import answer_with, list_files, open_delivered
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.views.common import Page
from connector.views.conversion import moment
from connector.views.deliveries import DeliveredFileView
from connector.views.received import CleanedView, CleanOrder, ReceivedFileView, ReceivedView

router = ChapterRouter(tags=["transfers"])

_DAY_MS = 86_400_000


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
    return msgspec.structs.replace(
        file,
        transfer=process.id,
        dataset=process.dataset,
        title=process.title,
        agreement_id=process.agreement_id or "",
        counterparty=process.peer,
        counterparty_name=evaluator.context.find_name(process.peer),
    )


@router.get("/transfers/{id:path}/files")
async def list_delivered_files(context: AtContext, received: AtReceived, id: str) -> Page[DeliveredFileView]:
    """List the delivered files with the digests of their present content."""
    found = await list_files(context, received, id)
    return Page(items=tuple([await run_in_thread(_describe, received, name, path) for name, path in found.items()]))


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
    opened = await open_delivered(context, received, id, file)
    given = request.headers
    found = answer_with(opened, range_header=given.get("range", ""), if_range=given.get("if-range"))
    if found.pieces is None:
        return Response(status_code=found.status, headers=dict(found.headers))
    return StreamingResponse(found.pieces, found.status, headers=found.headers)


@router.get("/transfers/{id:path}/stream", response_class=Response)
async def follow_stream(
    enforcer: AtEnforcer,
    id: str,
    after: Annotated[str, Query(max_length=64, description="Identifier of the last message that arrived.")] = "",
) -> Response:
    """Follow a stream that is consumed: lines of JSON as they arrive (`id`, `at`, `data`), and events.

    The last event is `end`, or `interrupted`: its `again` says whether to ask again, with `after`.
    """
    lines = await transfer.follow(enforcer, id, after)
    return StreamingResponse(lines, media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})


def _describe(root: Path, name: str, path: str) -> DeliveredFileView:
    with os.fdopen(open_file(root, path), "rb", buffering=0) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return DeliveredFileView(path=name, size=file.tell(), sha256=digest)
