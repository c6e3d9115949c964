"""The record of processing activities (GDPR Art. 30): a page, and the whole of it as a file."""

import io
from collections.abc import AsyncIterator

import msgspec
from starlette.responses import Response, StreamingResponse

from connector.controlplane.usecases.privacy import processing
from connector.desk.processing import view_activity, write_sheet
from connector.ports.entities import PageBounds
from connector.views.privacy import ProcessingView
from connector.web.frame.listing import read_bounds, read_rows
from connector.web.frame.visit import Visit, read_query, render

PAGE, PIECE = 20, 100


async def show_record(visit: Visit) -> Response:
    """Show one page of the record."""
    evaluator, contact = visit.desk.evaluator, visit.desk.publisher.contact
    rows, following = await read_rows(processing.list_activities(evaluator, read_bounds(visit, PAGE)))
    return render(
        visit,
        "processing.html",
        lines=[view_activity(evaluator, contact, one) for one in rows],
        following=following,
    )


async def download(visit: Visit) -> Response:
    """Answer with the whole record: as CSV in the language of the reader, or as JSON (`form=json`)."""
    as_json = read_query(visit, "form") == "json"
    kind, name = ("application/json", "json") if as_json else ("text/csv; charset=utf-8", "csv")
    named = f'attachment; filename="{visit.words.say("privacy.record-file")}.{name}"'
    pieces = _write_json(visit) if as_json else _write_csv(visit)
    return StreamingResponse(pieces, media_type=kind, headers={"Content-Disposition": named})


async def _read_pages(visit: Visit) -> AsyncIterator[list[ProcessingView]]:
    evaluator, contact = visit.desk.evaluator, visit.desk.publisher.contact
    after: str | None = None
    while True:
        rows, after = await processing.list_activities(evaluator, PageBounds(limit=PIECE, after=after))
        yield [view_activity(evaluator, contact, one) for one in rows]
        if after is None:
            return


async def _write_csv(visit: Visit) -> AsyncIterator[str]:
    head = True
    async for lines in _read_pages(visit):
        out = io.StringIO(newline="")
        write_sheet(out, lines, visit.words.language, visit.words.zone, head=head)
        head = False
        yield out.getvalue()


async def _write_json(visit: Visit) -> AsyncIterator[bytes]:
    sign = b'{"items":['
    async for lines in _read_pages(visit):
        for line in lines:
            yield sign + msgspec.json.encode(line)
            sign = b","
    yield b"]}" if sign == b"," else sign + b"]}"
