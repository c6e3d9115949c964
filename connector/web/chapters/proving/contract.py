"""The record of a contract: what the audit log says of it as a time line, and the contract as a file."""

from starlette.responses import Response

from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.usecases import agreements
from connector.controlplane.usecases.proving.history import HistoryEntry, list_people, tell_history
from connector.desk.agreements import write_agreement
from connector.web.frame.visit import Visit, read_query, render
from connector.web.showing.entries import ToldEntry, tell_entry


async def show_history(visit: Visit) -> Response:
    """Show what the audit log says of an agreement, oldest first."""
    agreement = await find_agreement(visit.desk.context, read_query(visit, "id") or "")
    (summary,) = await agreements.describe(visit.desk.evaluator, [agreement])
    history = await tell_history(visit.desk.context, agreement)
    people = await find_people(visit, history.entries)
    told = [(entry.transfer, _tell(visit, entry, people)) for entry in history.entries]
    return render(visit, "history.html", summary=summary, agreement=agreement, told=told, whole=history.whole)


async def export_agreement(visit: Visit) -> Response:
    """Answer with an agreement as JSON, for a program or an archive."""
    agreement = await find_agreement(visit.desk.context, read_query(visit, "id") or "")
    (summary,) = await agreements.describe(visit.desk.evaluator, [agreement])
    name = visit.words.say("proving.contract-file")
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return Response(write_agreement(summary), media_type="application/json", headers=headers)


async def find_people(visit: Visit, entries: tuple[HistoryEntry, ...]) -> dict[str, str]:
    """Return the names of the people of entries, by what they sign in with."""
    context, found = visit.desk.context, {}
    for name in list_people(entries):
        if user := await context.store.user(context.owner, name):
            found[name] = user.person
    return found


def _tell(visit: Visit, entry: HistoryEntry, people: dict[str, str]) -> ToldEntry:
    operands = visit.desk.evaluator.library.operands
    return tell_entry(visit.words, entry.leaf, entry.fields, people, operands)
