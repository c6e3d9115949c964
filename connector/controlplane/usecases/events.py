"""Events that policies may ask about (`odrl:event`): our people declare that one has begun or is over.

Kept and never changed; what runs is decided again at once, because no clock foretold it.
"""

from collections.abc import Sequence

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.enforcing import renewals
from connector.controlplane.judging.evaluator import Evaluator
from connector.policy.model.policy import ODRL
from connector.policy.vocabulary.names import expand
from connector.ports.changes import RecordEvent
from connector.ports.entities import EventEntry

MOST, LONGEST = 1_000, 500
_ALWAYS = ODRL + "policyUsage"


async def list_events(context: Context) -> Sequence[EventEntry]:
    """Return where every event stands that was ever declared, the latest first."""
    return await context.store.events(context.owner)


async def begin(evaluator: Evaluator, name: str, *, by: str) -> EventEntry:
    """Declare that an event has begun; one that goes on already stays as it is. Raises Invalid, NotAllowed.

    `name` is an IRI or a short form as in policies (`dk:emergency`), `by` who declares it.
    """
    iri, known = await _find_event(evaluator.context, name)
    if known is not None and known.begun:
        return known
    if known is None and len(await list_events(evaluator.context)) >= MOST:
        raise NotAllowed("too-many", f"There are {MOST} events already, the most that may be: use one of them.")
    return await _record(evaluator, iri, begun=True, by=by)


async def end(evaluator: Evaluator, name: str, *, by: str) -> EventEntry:
    """Declare that an event is over; one that is over already stays as it is. Raises Invalid, NotFound."""
    iri, known = await _find_event(evaluator.context, name)
    if known is None:
        raise NoSuchEntity("no-event", f"The event {name} has never begun: list the events to see which there are.")
    return known if not known.begun else await _record(evaluator, iri, begun=False, by=by)


async def _find_event(context: Context, name: str) -> tuple[str, EventEntry | None]:
    iri = expand(name, {})
    if not name.strip() or len(iri) > LONGEST or any(sign.isspace() or not sign.isprintable() for sign in iri):
        raise Invalid("event", f"The name of an event is an IRI of at most {LONGEST} characters, as dk:emergency.")
    if iri == _ALWAYS:
        raise Invalid("event", "odrl:policyUsage goes on whenever data is used: nobody begins or ends it.")
    return iri, next((entry for entry in await list_events(context) if entry.name == iri), None)


async def _record(evaluator: Evaluator, iri: str, *, begun: bool, by: str) -> EventEntry:
    entry = EventEntry(owner=evaluator.context.owner, name=iri, begun=begun, at=evaluator.context.now(), by=by)
    leaf = commits.record(evaluator.context, "event begun" if begun else "event over", iri, {"by": by})
    await evaluator.context.store.commit([RecordEvent(entry), leaf])
    await renewals.look_again(evaluator, fact="event")
    return entry
