"""The data that arrived: the first rows of a file as a table, as places and over time, and the file to download."""

import os
from functools import partial

from starlette.responses import Response, StreamingResponse

from connector.controlplane.usecases import transfer
from connector.dataplane.files.below_root import run_in_thread
from connector.desk.received import OpenedFile, answer_with, open_delivered
from connector.net.aside import work_aside
from connector.web.frame.visit import Visit, read_query, render
from connector.web.showing.rows import SAMPLED, FileTable, Unreadable, read_table


async def show_rows(visit: Visit) -> Response:
    """Show the first rows of a delivered file."""
    process = await transfer.get(visit.desk.context, read_query(visit, "id") or "")
    opened = await _open(visit)
    table, problem = None, ""
    try:
        table = await _read(opened)
    except Unreadable as fault:
        problem = visit.words.say(fault.key) if fault.key else visit.words.translate(fault.reason)
    name, size = opened.name, opened.size
    return render(visit, "rows.html", process=process, name=name, size=size, table=table, problem=problem)


async def download(visit: Visit) -> Response:
    """Answer with a delivered file, or a range of it, always as a download."""
    opened = await _open(visit)
    given = visit.request.headers
    answer = answer_with(opened, range_header=given.get("range", ""), if_range=given.get("if-range"))
    # What a peer sent is never shown as what it says it is.
    headers = {**answer.headers, "Content-Type": "application/octet-stream"}
    if answer.pieces is None:
        return Response(status_code=answer.status, headers=headers)
    return StreamingResponse(answer.pieces, answer.status, headers=headers)


async def _open(visit: Visit) -> OpenedFile:
    """Open the file that the address names. Raises NoSuchEntity, NotAllowed."""
    named, pid = read_query(visit, "datei"), read_query(visit, "id") or ""
    return await open_delivered(visit.desk.context, visit.desk.received, pid, named)


async def _read(opened: OpenedFile) -> FileTable:
    """Return the table of a file, which is closed. Raises Unreadable."""
    data = await run_in_thread(_read_beginning, opened.descriptor)
    whole = len(data) == opened.size
    read = partial(read_table, data, whole=whole, media_type=opened.media_type, name=opened.name)
    return await work_aside(len(data), read)


def _read_beginning(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        return file.read(SAMPLED)
