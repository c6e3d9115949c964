"""Endpoints for the system that starts, monitors and replaces the process. They need no management key.

`/health` answers if the process runs, `/ready` if it can work: the store accepts writes, its disk has space, the worker
runs. `/ready` also lists warnings: processes that cannot proceed, an expired participant list.
"""

import asyncio
from weakref import WeakKeyDictionary

from fastapi import Response

from connector.api.frame.chapter import ChapterRouter, encode_view
from connector.api.frame.desk import AtChecks, AtContext, AtList, AtWarnings, show_list
from connector.api.frame.models import answer_model
from connector.controlplane.core.context import Context
from connector.desk.values import ReadinessCheck
from connector.ports.changes import PutBackoff, StoreDamaged, StoreError
from connector.ports.entities import Backoff
from connector.views.health import HealthView, ReadinessView

router = ChapterRouter(tags=["health"])

_PATIENCE_S = 2.0
_TRUST_MS = 5_000
_NO_PEER = {False: "", True: " "}
_proven: WeakKeyDictionary[Context, int] = WeakKeyDictionary()
"""When the store of a participant context accepted a write last."""
_READINESS = answer_model(ReadinessView)


@router.get("/health")
async def health() -> HealthView:
    """Show that the process answers."""
    return HealthView()


@router.get("/ready", response_model=_READINESS, responses={503: {"model": _READINESS}})
async def ready(context: AtContext, checks: AtChecks, warnings: AtWarnings, listed: AtList) -> Response:
    """Show whether the process can work; the status is 503 if it cannot."""
    all_checks = {"store": store_check(context), **checks}
    problems = {name: await _run(check) for name, check in all_checks.items()}
    ready = all(problem is None for problem in problems.values())
    warned = {name: problem for name, check in warnings.items() if (problem := await _run(check)) is not None}
    results = {name: problem or "ok" for name, problem in problems.items()}
    view = ReadinessView(
        ready=ready, checks=results, warnings=warned, participant_list=show_list(listed(), context.now())
    )
    return encode_view(view, 200 if ready else 503)


def store_check(context: Context) -> ReadinessCheck:
    """Return the check that the store accepts writes: it writes the time into a row of its own, one that no peer has.

    Only a write shows that the disk has space and is writable. One that succeeded counts for `_TRUST_MS`: more frequent
    probes commit a change of nothing.
    """

    async def check() -> str | None:
        now = context.now()
        trusted = 0 <= now - _proven.get(context, -_TRUST_MS) < _TRUST_MS
        row = Backoff(owner=context.owner, peer=_NO_PEER[trusted], failures=0 if trusted else 1, until=now)
        try:
            await context.store.commit([PutBackoff(row)])
        except StoreDamaged:
            return "The database is damaged: stop the process, and restore a backup."
        except StoreError:
            _proven.pop(context, None)
            return "The store does not accept writes: check the space on its disk, and its permissions."
        _proven[context] = _proven[context] if trusted else now
        return None

    return check


async def _run(check: ReadinessCheck) -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await check()
    except StoreError:
        return None  # the check of the store itself says so
    except TimeoutError:
        return f"No answer within {_PATIENCE_S:g} seconds."
