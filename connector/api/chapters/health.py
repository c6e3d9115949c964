"""Endpoints for the system that starts, monitors and replaces the process. They need no management key.

`/health` answers if the process runs, `/ready` if it can work: the store accepts writes, its disk has space, the worker
runs. `/ready` also lists warnings: processes that cannot proceed, an expired participant list.
"""

from fastapi import Response

from connector.api.frame.chapter import ChapterRouter, encode_view
from connector.api.frame.desk import AtChecks, AtContext, AtList, AtWarnings, show_list
from connector.api.frame.models import answer_model
from connector.desk.checks import make_store_check, run_check
from connector.views.health import HealthView, ReadinessView

router = ChapterRouter(tags=["health"])

_READINESS = answer_model(ReadinessView)


# Load balancers ask with HEAD: the answer is that of GET, without its body (RFC 9110, section 9.3.2).
@router.head("/health", include_in_schema=False)
@router.get("/health")
async def health() -> HealthView:
    """Show that the process answers."""
    return HealthView()


@router.head("/ready", include_in_schema=False)
@router.get("/ready", response_model=_READINESS, responses={503: {"model": _READINESS}})
async def ready(context: AtContext, checks: AtChecks, warnings: AtWarnings, listed: AtList) -> Response:
    """Show whether the process can work; the status is 503 if it cannot."""
    all_checks = {"store": make_store_check(context), **checks}
    problems = {name: await run_check(check) for name, check in all_checks.items()}
    ready = all(problem is None for problem in problems.values())
    warned = {name: problem for name, check in warnings.items() if (problem := await run_check(check)) is not None}
    results = {name: problem or "ok" for name, problem in problems.items()}
    view = ReadinessView(
        ready=ready, checks=results, warnings=warned, participant_list=show_list(listed(), context.now())
    )
    return encode_view(view, 200 if ready else 503)
