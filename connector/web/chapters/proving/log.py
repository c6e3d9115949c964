"""The audit log for examiners: found by filters in the address, checked, proven entry by entry, and exported."""

import io
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta

import msgspec
from starlette.responses import Response, StreamingResponse

from connector.controlplane.usecases import records
from connector.controlplane.usecases.proving import log
from connector.controlplane.usecases.proving.history import HistoryEntry
from connector.controlplane.usecases.proving.log import FoundEntry, LogCheck, LogQuestion
from connector.views.conversion import in_zone, moment
from connector.views.sheet import write_sheet
from connector.web.chapters.proving.contract import find_people
from connector.web.frame.forms import FormFault
from connector.web.frame.streams import Glance, open_stream
from connector.web.frame.visit import Visit, fill, make_link, name_party, read_query, render
from connector.web.showing.entries import ToldEntry, flatten, name_event, tell_entry
from connector.web.typed import parse_typed_day, read_day

PATH = "/nachweise"
PAGE, SHEET_ROWS = 50, 5_000
KINDS = (
    "received", "acknowledged", "decided", "answered", "held", "flow", "duty", "payment", "agreement", "ended", "asset",
    "participant", "user", "event",
)  # fmt: skip
"""The kinds of entries that can be chosen: what the kind of an entry begins with."""

_FILTERS = ("von", "bis", "art", "partner", "vertrag", "angebot")
_COLUMNS = ("number", "time", "what", "kind", "partner", "contract", "dataset", "process", "hash")
_LONGEST = 1600


async def show_log(visit: Visit) -> Response:
    """Show the newest entries that the address asks for."""
    asked = _read_asked(visit)
    question, before = _ask(visit, asked), read_number(visit, "vor")
    context = visit.desk.context
    found, following = await log.find_entries(context, question, before=before, limit=PAGE)
    people = await find_people(visit, tuple(HistoryEntry(leaf=one.leaf, fields=one.fields) for one in found))
    titles = next((one.subject.title for one in found if one.subject.title), {})
    return render(
        visit,
        "log.html",
        asked=asked,
        kinds=[(kind, visit.words.say(f"proving.kind-{kind}")) for kind in KINDS],
        chosen=[(name, _name_filter(visit, name, asked[name], titles)) for name in _FILTERS[3:] if asked[name]],
        found=[(one, _tell(visit, one, people), name_party(visit, one.subject.partner)) for one in found],
        following=None if following is None else make_link(PATH, **_given(asked), vor=following),
        newest=make_link(PATH, **_given(asked)) if before is not None else None,
        exports={name: make_link(f"{PATH}/{name}", **_given(asked)) for name in ("tabelle", "export")},
        narrow=lambda **more: make_link(PATH, **_given({**asked, **more})),
        size=await context.store.leaf_count(context.owner),
    )


async def show_entry(visit: Visit) -> Response:
    """Show one entry whole, with what it says and how it is proven."""
    entry = await log.find_entry(visit.desk.context, read_number(visit, "nummer") or 0)
    people = await find_people(visit, (HistoryEntry(leaf=entry.leaf, fields=entry.fields),))
    written = flatten(msgspec.json.decode(entry.leaf.body)) if entry.leaf.body else []
    party = name_party(visit, entry.subject.partner)
    return render(visit, "log_entry.html", entry=entry, told=_tell(visit, entry, people), party=party, written=written)


async def export_proof(visit: Visit) -> Response:
    """Answer with the proof of an entry: an export of its moment, which `datenkontor audit verify` checks."""
    leaf = (await log.find_entry(visit.desk.context, read_number(visit, "nummer") or 0)).leaf
    name = f"{visit.words.say('proving.proof-file')}-{leaf.position}"
    return _answer_export(await records.export_audit(visit.desk.context, leaf.at, leaf.at + 1), name)


async def export_log(visit: Visit) -> Response:
    """Answer with the entries of the days that the address names, each with its proof, as `audit export` does."""
    question = _ask(visit, _read_asked(visit))
    end = visit.now + 1 if question.end is None else question.end
    lines = await records.export_audit(visit.desk.context, question.start or 0, max(end, question.start or 0))
    return _answer_export(lines, visit.words.say("proving.log-file"))


async def export_table(visit: Visit) -> Response:
    """Answer with the entries that the address asks for as CSV, at most `SHEET_ROWS` of them, newest first."""
    words, question = visit.words, _ask(visit, _read_asked(visit))
    rows: list[FoundEntry] = []
    before: int | None = None
    while len(rows) < SHEET_ROWS:
        some, before = await log.find_entries(visit.desk.context, question, before=before, limit=PAGE)
        rows += some
        if before is None:
            break
    out = io.StringIO(newline="")
    heads = [words.say(f"proving.log-{name}") for name in _COLUMNS]
    delimiter = words.say("cli.sheet-delimiter")
    write_sheet(out, heads, (_write(visit, row) for row in rows[:SHEET_ROWS]), delimiter=delimiter, marked=True)
    headers = {"Content-Disposition": f'attachment; filename="{words.say("proving.log-file")}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def show_check(visit: Visit) -> Response:
    """Show the check of the log; a page with script begins it and follows it."""
    return render(visit, "log_check.html", check=await log.begin_check(visit.desk.context), result=False)


async def show_result(visit: Visit) -> Response:
    """Check the log and show the result, for a page without script."""
    found = await log.begin_check(visit.desk.context)
    while not found.over:
        found = await log.go_on(visit.desk.context, found)
    return render(visit, "log_check.html", check=found, result=True)


async def stream_check(visit: Visit) -> Response:
    """Check the log, and tell how far it has come."""
    found: LogCheck | None = None

    async def look() -> Glance:
        nonlocal found
        if found is None:
            found = await log.begin_check(visit.desk.context)
        found = await log.go_on(visit.desk.context, found)
        told = {"part": fill(visit, "log_checked.html", check=found), "last": found.over}
        return Glance(told, last=found.over, again_s=0.0)

    return open_stream(visit, look)


def read_number(visit: Visit, name: str) -> int | None:
    """Return the number of an entry in the address; None without one. Raises FormFault."""
    text = read_query(visit, name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise FormFault("cursor-unknown")
    return int(text)


def _answer_export(lines: tuple[str, ...], name: str) -> Response:
    async def write() -> AsyncIterator[str]:
        for line in lines:
            yield f"{line}\n"

    headers = {"Content-Disposition": f'attachment; filename="{name}.jsonl"'}
    return StreamingResponse(write(), media_type="application/jsonl", headers=headers)


def _write(visit: Visit, entry: FoundEntry) -> tuple[str, ...]:
    leaf, subject = entry.leaf, entry.subject
    at = in_zone(moment(leaf.at), visit.words.zone).isoformat()
    named = (name_event(visit.words, leaf.kind), leaf.kind, name_party(visit, subject.partner), subject.agreement)
    return (str(leaf.position), at, *named, subject.dataset, leaf.process_id, leaf.hash.hex())


def _tell(visit: Visit, entry: FoundEntry, people: dict[str, str]) -> ToldEntry:
    return tell_entry(visit.words, entry.leaf, entry.fields, people, visit.desk.evaluator.library.operands)


def _read_asked(visit: Visit) -> dict[str, str]:
    asked = {name: (read_query(visit, name) or "")[:_LONGEST] for name in _FILTERS}
    # The control of the day takes ISO 8601 alone, also to show what was asked.
    return asked | {name: read_day(asked[name]) for name in ("von", "bis")}


def _given(asked: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in asked.items() if text}


def _ask(visit: Visit, asked: dict[str, str]) -> LogQuestion:
    """Return the question of the address. Raises FormFault."""
    if asked["art"] and asked["art"] not in KINDS:
        raise FormFault("form-unreadable")
    return LogQuestion(
        start=_read_day(visit, asked["von"], days=0),
        end=_read_day(visit, asked["bis"], days=1),
        partner=asked["partner"] or None,
        kind=asked["art"] or None,
        agreement=asked["vertrag"] or None,
        dataset=asked["angebot"] or None,
    )


def _read_day(visit: Visit, text: str, *, days: int) -> int | None:
    """Return the beginning of a day, or of the one `days` after it, in ms; None without a day. Raises FormFault."""
    if not text:
        return None
    try:
        day = parse_typed_day(text) + timedelta(days=days)
        return int(datetime(day.year, day.month, day.day, tzinfo=visit.words.zone).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise FormFault("proving.day-unreadable") from None


def _name_filter(visit: Visit, name: str, value: str, titles: Mapping[str, str]) -> str:
    """Return what a filter is called: a participant by its name, a dataset and its contract by their title."""
    return name_party(visit, value) if name == "partner" else visit.words.pick(titles, value)
