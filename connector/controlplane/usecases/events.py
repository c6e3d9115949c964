"""Events that policies can refer to (`odrl:event`): the operator declares that an event has begun or is over.

Entries are stored and never changed. The policies of active transfers are evaluated again immediately, because the time
of an event is not known before.
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
    """Return the state of each event that was ever declared, the latest first."""
    return await context.store.events(context.owner)


async def begin(evaluator: Evaluator, name: str, *, by: str) -> EventEntry:
    """Declare that an event has begun; an active event is not changed. Raises Invalid, NotAllowed.

    `name` is an IRI or a short form as in policies (`dk:emergency`); `by` names the person or program that declares it.
    """
    iri, known = await _find_event(evaluator.context, name)
    if known is not None and known.begun:
        return known
    if known is None and len(await list_events(evaluator.context)) >= MOST:
        raise NotAllowed("too-many", f"The limit of {MOST} events is reached: use an existing event.")
    return await _record(evaluator, iri, begun=True, by=by)


async def end(evaluator: Evaluator, name: str, *, by: str) -> EventEntry:
    """Declare that an event is over; an event that is over is not changed. Raises Invalid, NoSuchEntity."""
    iri, known = await _find_event(evaluator.context, name)
    if known is None:
        raise NoSuchEntity("no-event", f"Unknown event {name}: list the events to find its name.")
    return known if not known.begun else await _record(evaluator, iri, begun=False, by=by)


async def _find_event(context: Context, name: str) -> tuple[str, EventEntry | None]:
    iri = expand(name, {})
    if not name.strip() or len(iri) > LONGEST or any(sign.isspace() or not sign.isprintable() for sign in iri):
        raise Invalid(
            "event",
            f"The name of the event is not valid: use an IRI of at most {LONGEST} characters, such as dk:emergency.",
        )
    if iri == _ALWAYS:
        raise Invalid(
            "event", "odrl:policyUsage is active at each use of data and cannot be declared: name another event."
        )
    return iri, next((entry for entry in await list_events(context) if entry.name == iri), None)


async def _record(evaluator: Evaluator, iri: str, *, begun: bool, by: str) -> EventEntry:
    entry = EventEntry(owner=evaluator.context.owner, name=iri, begun=begun, at=evaluator.context.now(), by=by)
    leaf = commits.record(evaluator.context, "event begun" if begun else "event over", iri, {"by": by})
    await evaluator.context.store.commit([RecordEvent(entry), leaf])
    await renewals.look_again(evaluator, fact="event")
    return entry
