"""Events that terms refer to, such as an emergency: what goes on now; a person declares their begin and their end."""

from starlette.responses import Response

from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.usecases import events
from connector.policy.model.policy import ODRL
from connector.policy.words.names import name_value
from connector.web.frame.forms import read_form
from connector.web.frame.visit import Visit, go_to, make_link, name_people, read_start, render

PATH = "/ereignisse"
PAGE = 50


async def show_events(visit: Visit) -> Response:
    """List the events that were ever declared, the latest first, with a form for another one."""
    return await _show(visit)


async def begin(visit: Visit) -> Response:
    """Declare that an event has begun; one that goes on is not changed."""
    name = (await read_form(visit.request)).get("name", "").strip()
    try:
        await events.begin(visit.desk.evaluator, name, by=visit.person.name)
    except (Invalid, NotAllowed) as error:
        return await _show(visit, name, visit.words.translate(error.reason))
    return go_to(make_link(PATH, fertig="begonnen"))


async def end(visit: Visit) -> Response:
    """Declare that an event is over."""
    name = (await read_form(visit.request)).get("name", "")
    await events.end(visit.desk.evaluator, name, by=visit.person.name)
    return go_to(make_link(PATH, fertig="beendet"))


async def _show(visit: Visit, typed: str = "", fault: str = "") -> Response:
    declared = await events.list_events(visit.desk.context)
    start = read_start(visit, len(declared))
    rows = declared[start : start + PAGE]
    operands = visit.desk.evaluator.library.operands
    operand = operands.operands[ODRL + "event"]
    named = [(row, name_value(row.name, operand, operands, visit.language)) for row in rows]
    return render(
        visit,
        "events.html",
        status=422 if fault else 200,
        # What has no name of its own would only be written twice.
        rows=[(row, "" if row.name in name else name) for row, name in named],
        people=await name_people(visit, (row.by for row in rows)),
        following=start + PAGE if start + PAGE < len(declared) else None,
        typed=typed,
        fault=fault,
        done=visit.words.find(f"operation.done-event-{visit.request.query_params.get('fertig', '')}"),
    )
