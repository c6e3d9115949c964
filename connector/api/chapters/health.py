"""Is the process alive, and is it ready: for whoever starts, watches and replaces it. No key is needed.

`/health` says that the process answers; `/ready` that it can do its work: the store takes writes, the worker runs. It
also tells what somebody should look at: processes that cannot go on, a participant list that has expired.
"""

import asyncio

from fastapi import APIRouter, Response
from pydantic import BaseModel

from connector.api.frame.desk import AtChecks, AtWarnings, ReadinessCheck
from connector.controlplane.core.context import Context
from connector.ports.changes import PutBackoff, StoreError
from connector.ports.entities import Backoff

router = APIRouter(tags=["health"])

_PATIENCE_S = 2.0


class HealthAnswer(BaseModel):
    """The process answers."""

    status: str = "ok"


class ReadyAnswer(BaseModel):
    """Whether the process can do its work; `checks` names what was looked at: `ok`, or what is wrong.

    `warnings` is what somebody should look at although the process works: one that a peer can cause must not stop us.
    """

    ready: bool
    checks: dict[str, str]
    warnings: dict[str, str]


@router.get("/health")
async def health() -> HealthAnswer:
    """Say that the process answers."""
    return HealthAnswer()


@router.get("/ready", responses={503: {"model": ReadyAnswer}})
async def ready(checks: AtChecks, warnings: AtWarnings, response: Response) -> ReadyAnswer:
    """Say whether the process can do its work; 503 where it cannot."""
    found = {name: await _looked(check) for name, check in checks.items()}
    well = all(problem is None for problem in found.values())
    response.status_code = 200 if well else 503
    warned = {name: said for name, check in warnings.items() if (said := await _looked(check)) is not None}
    return ReadyAnswer(ready=well, checks={name: problem or "ok" for name, problem in found.items()}, warnings=warned)


def store_check(context: Context) -> ReadinessCheck:
    """Return the check that the store takes writes: the row it removes is never there."""

    async def check() -> str | None:
        try:
            await context.store.commit([PutBackoff(Backoff(owner=context.owner, peer="", failures=0, until=0))])
        except StoreError:
            return "The store does not take writes."
        return None

    return check


async def _looked(check: ReadinessCheck) -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await check()
    except TimeoutError:
        return f"No answer within {_PATIENCE_S:g} seconds."
