"""The first page after the sign-in, by role, with one question: what needs me?"""

from starlette.responses import Response

from connector.controlplane.usecases import agreements, users
from connector.controlplane.usecases.offering import offer_forms
from connector.desk.checks import run_check
from connector.ports.entities import AssetStatus, PageBounds, UserRole
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation
from connector.web.frame.visit import Visit, name_party, render
from connector.web.frame.wording import MANY
from connector.web.rights import (
    AGREEMENT_READERS,
    ASKERS,
    INBOX_READERS,
    READERS,
    WRITERS,
    may_write,
)
from connector.web.showing.offer_rows import find_need
from connector.web.waiting import list_waiting

SHOWN = 3
_SOME = PageBounds(limit=25)
"""Among how many newest ones those are looked for that concern somebody."""


async def show_start(visit: Visit) -> Response:
    """Show what waits, drafts, the newest agreements, and the state of the system, each to whom it concerns."""
    context, person = visit.desk.context, visit.person
    few = PageBounds(limit=SHOWN)
    waiting, drafts, asked, agreed, problems = [], [], [], [], []
    if users.has_role(person, INBOX_READERS):
        holds, _ = await context.store.holds(context.owner, few)
        waiting = await list_waiting(visit, holds)
    if users.has_role(person, READERS):
        drafts = list((await context.store.assets(context.owner, _SOME, status=AssetStatus.DRAFT))[0])
    if users.has_role(person, ASKERS):
        asked = await _list_asked(visit)
    if users.has_role(person, AGREEMENT_READERS):
        rows, _ = await context.store.agreements(context.owner, few)
        agreed = await agreements.describe(visit.desk.evaluator, rows)
    operating = UserRole.OPERATOR in person.roles
    if operating:
        problems = await _list_problems(visit)
    late = None
    if UserRole.PRIVACY in person.roles:
        late = len((await context.store.late_duties(context.owner, PageBounds(limit=MANY)))[0])
    needed = [(draft, why) for draft in drafts if (why := find_need(visit, draft))]
    begun = (await offer_forms.list_forms(context))[:SHOWN] if may_write(person.roles) else []
    return render(
        visit,
        "start.html",
        waiting=waiting,
        needed=needed[:SHOWN],
        drafts=[draft for draft in drafts if not find_need(visit, draft)][:SHOWN],
        nothing=_choose_nothing(visit),
        asked=asked,
        agreed=agreed,
        operating=operating,
        problems=problems,
        begun=begun,
        late=late,
        may_write=may_write(person.roles),
    )


def _choose_nothing(visit: Visit) -> str:
    """Return the sentence for somebody whom nothing needs."""
    for roles, key in ((WRITERS, "start-nothing"), (ASKERS, "start-nothing-asked")):
        if users.has_role(visit.person, roles):
            return visit.words.say(key)
    return visit.words.say("start-nothing-else")


async def _list_asked(visit: Visit) -> list[tuple[Negotiation, str]]:
    """Return the newest own requests that have no answer yet, each with the name of the provider."""
    context = visit.desk.context
    rows, _ = await context.store.negotiations(context.owner, _SOME)
    own = [row for row in rows if row.role is Role.CONSUMER and row.state not in NEGOTIATION.terminal]
    return [(row, name_party(visit, row.peer)) for row in own[:SHOWN]]


async def _list_problems(visit: Visit) -> list[str]:
    """Return what keeps the connector from working, and what a person has to look at."""
    checks = (*visit.desk.checks.values(), *visit.desk.warnings.values())
    found = [await run_check(check) for check in checks]
    return [visit.words.translate(problem) for problem in found if problem is not None]
