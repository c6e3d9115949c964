"""The management API as one application: access check, chapters and errors. It has its own listener."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from connector.api.chapters import (
    agreements,
    assets,
    catalog,
    consents,
    deliveries,
    events,
    health,
    holds,
    negotiations,
    participants,
    payments,
    policies,
    search,
    transfers,
)
from connector.api.frame import errors
from connector.api.frame.auth import LARGEST_BODY, ApiKey, KeyMiddleware
from connector.api.frame.desk import ReadinessCheck, Search
from connector.api.frame.models import answer_model
from connector.controlplane.core.context import Context
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases.consents import ConsentRegister
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.views.common import ErrorView

_CHAPTERS = (
    assets.router,
    catalog.router,
    search.router,
    negotiations.router,
    # Before the agreements, whose identifiers may contain slashes.
    payments.router,
    agreements.router,
    transfers.router,
    deliveries.router,
    transfers.last,
    holds.router,
    consents.router,
    participants.router,
    events.router,
    policies.router,
)
_FAILURES: dict[int | str, dict[str, Any]] = {
    code: {"model": answer_model(ErrorView)} for code in (400, 401, 403, 404, 409, 422, 502, 503)
}


def make_management_app(
    *,
    context: Context,
    evaluator: Evaluator,
    enforcer: Enforcer,
    publisher: Publisher,
    counterparties: Counterparties,
    register: ConsentRegister,
    keys: Sequence[ApiKey],
    received: Path,
    search: Search | None = None,
    checks: Mapping[str, ReadinessCheck] | None = None,
    warnings: Mapping[str, ReadinessCheck] | None = None,
    largest_body: int = LARGEST_BODY,
) -> FastAPI:
    """Build the application; each endpoint requests the values it needs as parameters.

    `search` sends query parameters to the broker and returns the JSON of its answer; it raises PeerFailed if the
    broker is unreachable, and is None without a broker. `received` is the root of all deliveries. Each of `checks`
    returns why the process is not ready, or None; each of `warnings` returns another problem, or None. `largest_body`
    is the maximum size of a request in bytes. The application does not use ASGI lifespan.
    """
    app = FastAPI(
        title="Datenkontor management API",
        description="Manage a connector: offers, negotiations, transfers and policies. All errors have one form.",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation,
    )
    given = {
        "context": context,
        "evaluator": evaluator,
        "enforcer": enforcer,
        "publisher": publisher,
        "counterparties": counterparties,
        "register": register,
        "search": search,
        "received": received,
        "checks": {"store": health.store_check(context), **(checks or {})},
        "warnings": warnings or {},
    }
    for name, value in given.items():
        setattr(app.state, name, value)
    errors.install(app)
    app.include_router(health.router)
    # The middleware checks the key; the dependency only documents it in the OpenAPI document.
    documented = [Depends(HTTPBearer(auto_error=False))]
    for chapter in _CHAPTERS:
        app.include_router(chapter, prefix="/v1", dependencies=documented, responses=_FAILURES)
    app.add_middleware(KeyMiddleware, keys=tuple(keys), largest_body=largest_body)
    return app


def _operation(route: APIRoute) -> str:
    return route.name
