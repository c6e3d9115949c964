"""The participant as its identity card and the participant list state it, and its keys, for the operator to read."""

from starlette.responses import Response

from connector.web.frame.visit import Visit, render


async def show_house(visit: Visit) -> Response:
    """Show the own entry of the participant list, the list in use, and the keys."""
    desk = visit.desk
    participant, keys = desk.context.participant, desk.publisher.keys
    return render(
        visit,
        "house.html",
        entry=desk.counterparties.directory.participant(participant),
        participant=participant,
        used=keys.name_own_key() if keys else None,
        listed=sorted(keys.list_keys(participant) or ()) if keys else [],
        list_in_use=desk.list_in_use(),
    )
