"""The data planes in processes of their own: what they take, what they have, and how they run empty."""

from starlette.responses import Response

from connector.controlplane.core.errors import NotAllowed
from connector.web.frame.forms import read_form
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render

PATH = "/betrieb/datenebenen"


async def show_planes(visit: Visit) -> Response:
    """List the data planes, and say how one is added."""
    planes = visit.desk.planes
    return render(
        visit,
        "planes.html",
        planes=await planes.list() if planes is not None else (),
        apart=planes is not None,
        done=visit.words.find(f"operation.done-plane-{read_query(visit, 'fertig')}"),
    )


async def drain(visit: Visit) -> Response:
    """Keep new deliveries away from a data plane, or let it have new ones again; those that it has go on."""
    form, planes = await read_form(visit.request), visit.desk.planes
    if planes is None:
        raise NotAllowed(
            "no-signaling",
            "This connector has no listener for other data planes: set signaling.port, then start it again.",
        )
    empty = form.get("tun") != "oeffnen"
    await planes.drain(form.get("id", ""), empty)
    return go_to(make_link(PATH, fertig="leer" if empty else "offen"))
