"""The folder of received data: what is in it and from whom, and the removal of what is old, which can be undone."""

from collections.abc import Mapping
from functools import partial

from starlette.responses import Response

from connector.controlplane.usecases import transfer
from connector.dataplane.files.below_root import run_in_thread
from connector.dataplane.files.received import (
    ASIDE_MS,
    StoredFile,
    bring_back,
    find_old,
    list_aside,
    list_stored,
    remove_stored,
    set_aside,
)
from connector.web.frame.forms import FormFault, read_form
from connector.web.frame.visit import Visit, go_to, make_link, name_party, read_query, read_start, render

PATH = "/lieferungen/empfangen"
PAGE, NAMED = 50, 20
USUAL_DAYS, MOST_DAYS = 90, 3650
_DAY_MS = 86_400_000


async def show_folder(visit: Visit) -> Response:
    """List the received files, oldest first, with what they are and from whom, and what can be brought back."""
    return await _show(visit)


async def show_removal(visit: Visit) -> Response:
    """Ask before old files are removed: which ones, and how they can be had again."""
    try:
        days = _read_days(read_query(visit, "tage") or "")
    except FormFault as fault:
        return await _show(visit, visit.words.say(fault.key))
    before = visit.now - days * _DAY_MS
    old = await run_in_thread(partial(find_old, visit.desk.received, before))
    return render(
        visit,
        "received_remove.html",
        days=days,
        before=before,
        named=await _name(visit, old[:NAMED]),
        count=len(old),
        size=sum(file.size for file in old),
        back_until=visit.now + ASIDE_MS,
    )


async def remove(visit: Visit) -> Response:
    """Set aside the files that the person saw, or delete them: those from before the time that the form names."""
    form = await read_form(visit.request)
    before = _read_time(form.get("vor", ""))
    if before > visit.now:
        raise FormFault("form-unreadable")
    root, now = visit.desk.received, visit.now
    if form.get("endgueltig") == "1":
        gone, failed = await run_in_thread(partial(remove_stored, root, before=before, partial_before=0, now=now))
        return go_to(make_link(PATH, fertig="nicht-alle" if failed else "geloescht" if gone else "nichts"))
    moved = await run_in_thread(partial(set_aside, root, before, now))
    return go_to(make_link(PATH, fertig="entfernt" if moved else "nichts"))


async def undo(visit: Visit) -> Response:
    """Bring back what was removed at one time."""
    form = await read_form(visit.request)
    _, kept = await run_in_thread(partial(bring_back, visit.desk.received, _read_time(form.get("am", ""))))
    return go_to(make_link(PATH, fertig="zum-teil-zurueck" if kept else "zurueck"))


async def _show(visit: Visit, fault: str = "") -> Response:
    files = await run_in_thread(partial(list_stored, visit.desk.received))
    aside = await run_in_thread(partial(list_aside, visit.desk.received))
    start = read_start(visit, len(files))
    shown = files[start : start + PAGE]
    return render(
        visit,
        "received.html",
        status=422 if fault else 200,
        files=await _name(visit, shown),
        size=sum(file.size for file in files),
        count=len(files),
        following=start + PAGE if start + PAGE < len(files) else None,
        aside=[(at, len(found), sum(one.size for one in found), at + ASIDE_MS) for at, found in aside.items()],
        days=read_query(visit, "tage") or str(USUAL_DAYS),
        kept_days=round(visit.desk.received_days or 0),
        fault=fault,
        done=visit.words.find(f"receiving.done-folder-{read_query(visit, 'fertig')}"),
    )


async def _name(visit: Visit, files: list[StoredFile]) -> list[tuple[StoredFile, Mapping[str, str], str, str]]:
    """Return files with the titles, the providers and the deliveries that they belong to; empty if that is unknown."""
    of = await transfer.find_received(visit.desk.context, [file.path for file in files])
    found: list[tuple[StoredFile, Mapping[str, str], str, str]] = []
    for file in files:
        process = of.get(file.path)
        if process is None:
            found.append((file, {}, "", ""))
        else:
            found.append((file, process.title, name_party(visit, process.peer), process.id))
    return found


def _read_days(text: str) -> int:
    """Return an age in days. Raises FormFault."""
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MOST_DAYS):
        raise FormFault("receiving.days-unreadable")
    return int(text)


def _read_time(text: str) -> int:
    """Return a time (ms) that a page of ours wrote. Raises FormFault."""
    if not (text.isascii() and text.isdecimal() and len(text) < 15):
        raise FormFault("form-unreadable")
    return int(text)
