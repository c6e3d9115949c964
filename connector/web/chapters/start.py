"""The first page after the sign-in, by role, with one question: what needs me?"""

from starlette.responses import Response

from connector.controlplane.usecases import agreements, users
from connector.controlplane.usecases.offering import offer_forms
from connector.desk.checks import run_check
from connector.ports.entities import AssetStatus, PageBounds, UserRole
from connector.web.frame.visit import Visit, render
from connector.web.frame.wording import MANY
from connector.web.rights import AGREEMENT_READERS, INBOX_READERS, READERS, may_write
from connector.web.waiting import list_waiting

SHOWN = 3


async def show_start(visit: Visit) -> Response:
    """Show what waits, drafts, the newest agreements, and the state of the system, each to whom it concerns."""
    context, person = visit.desk.context, visit.person
    few = PageBounds(limit=SHOWN)
    waiting, drafts, agreed, problems = [], [], [], []
    if users.has_role(person, INBOX_READERS):
        holds, _ = await context.store.holds(context.owner, few)
        waiting = await list_waiting(visit, holds)
    if users.has_role(person, READERS):
        drafts = list((await context.store.assets(context.owner, few, status=AssetStatus.DRAFT))[0])
    if users.has_role(person, AGREEMENT_READERS):
        rows, _ = await context.store.agreements(context.owner, few)
        agreed = await agreements.describe(visit.desk.evaluator, rows)
    operating = UserRole.OPERATOR in person.roles
    if operating:
        problems = await _list_problems(visit)
    late = None
    if UserRole.PRIVACY in person.roles:
        late = len((await context.store.late_duties(context.owner, PageBounds(limit=MANY)))[0])
    begun = (await offer_forms.list_forms(context))[:SHOWN] if may_write(person.roles) else []
    return render(
        visit,
        "start.html",
        waiting=waiting,
        drafts=drafts,
        agreed=agreed,
        operating=operating,
        problems=problems,
        begun=begun,
        late=late,
        may_write=may_write(person.roles),
    )


async def _list_problems(visit: Visit) -> list[str]:
    """Return what keeps the connector from working, and what a person has to look at."""
    checks = (*visit.desk.checks.values(), *visit.desk.warnings.values())
    found = [await run_check(check) for check in checks]
    return [visit.words.translate(problem) for problem in found if problem is not None]
