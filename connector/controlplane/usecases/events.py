"""Events that policies may ask about (`odrl:event`): our people declare that one has begun or is over.

Kept and never changed; what runs is decided again at once, because no clock foretold it.
"""

from collections.abc import Sequence

from connector.controlplane.core import commits
from connector.controlplane.core.errors import Invalid, NotAllowed, NotFound
from connector.controlplane.core.plane import Plane
from connector.controlplane.enforcing import signals
from connector.policy.model.model import ODRL
from connector.policy.vocabulary.names import expand
from connector.ports.changes import RecordEvent
from connector.ports.entities import EventEntry

MOST, LONGEST = 1_000, 500
_ALWAYS = ODRL + "policyUsage"


async def listed(plane: Plane) -> Sequence[EventEntry]:
    """Return where every event stands that was ever declared, the latest first."""
    return await plane.store.events(plane.owner)


async def begin(plane: Plane, name: str, *, by: str) -> EventEntry:
    """Declare that an event has begun; one that goes on already stays as it is. Raises Invalid, NotAllowed.

    `name` is an IRI or a short form as in policies (`dk:emergency`), `by` who declares it.
    """
    iri, known = await _known(plane, name)
    if known is not None and known.begun:
        return known
    if known is None and len(await listed(plane)) >= MOST:
        raise NotAllowed("too-many", f"There are {MOST} events already, the most that may be: use one of them.")
    return await _record(plane, iri, begun=True, by=by)


async def end(plane: Plane, name: str, *, by: str) -> EventEntry:
    """Declare that an event is over; one that is over already stays as it is. Raises Invalid, NotFound."""
    iri, known = await _known(plane, name)
    if known is None:
        raise NotFound("no-event", f"The event {name} has never begun: list the events to see which there are.")
    return known if not known.begun else await _record(plane, iri, begun=False, by=by)


async def _known(plane: Plane, name: str) -> tuple[str, EventEntry | None]:
    iri = expand(name, {})
    if not name.strip() or len(iri) > LONGEST or any(sign.isspace() or not sign.isprintable() for sign in iri):
        raise Invalid("event", f"The name of an event is an IRI of at most {LONGEST} characters, as dk:emergency.")
    if iri == _ALWAYS:
        raise Invalid("event", "odrl:policyUsage goes on whenever data is used: nobody begins or ends it.")
    return iri, next((entry for entry in await listed(plane) if entry.name == iri), None)


async def _record(plane: Plane, iri: str, *, begun: bool, by: str) -> EventEntry:
    entry = EventEntry(owner=plane.owner, name=iri, begun=begun, at=plane.now(), by=by)
    leaf = commits.record(plane, "event begun" if begun else "event over", iri, {"by": by})
    await plane.store.commit([RecordEvent(entry), leaf])
    await signals.look_again(plane, fact="event")
    return entry
