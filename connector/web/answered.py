"""Who has answered a request, and how, as the audit log has it: for whoever comes second."""

import msgspec

from connector.controlplane.usecases.negotiation import MOST_DECISIONS
from connector.ports.entities import PageBounds
from connector.web.frame.visit import Visit

_ANSWERED, _DECIDED = "answered by a person", "decided "


async def describe_answer(visit: Visit, process_id: str) -> str:
    """Return who answered a negotiation last, how and when, in a sentence; empty if no person did."""
    context, words = visit.desk.context, visit.words
    rows, _ = await context.store.leaves(context.owner, PageBounds(limit=MOST_DECISIONS), process_id=process_id)
    places = [place for place, row in enumerate(rows) if row.kind == _ANSWERED]
    if not places:
        return ""
    answer = rows[places[-1]]
    # The entry of the step is stored with the entry that names the person, behind it.
    step = next((row.kind.removeprefix(_DECIDED) for row in rows[places[-1] :] if row.kind.startswith(_DECIDED)), "")
    by = msgspec.json.decode(answer.body)["fields"]["by"]
    user = await context.store.user(context.owner, by)
    key = f"answered-{step}" if words.find(f"answered-{step}") else "answered"
    return words.say(key, person=user.person if user else by, at=words.time(answer.at))
