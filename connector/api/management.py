"""The management API as one application: door, chapters, one form of errors. Served on a listener of its own."""

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
from connector.api.frame.auth import LARGEST_BODY, ApiKey, Door
from connector.api.frame.desk import Check, Desk, Search
from connector.controlplane.core.plane import Plane
from connector.ports.watch import Watch

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
    code: {"model": errors.ErrorAnswer} for code in (400, 401, 403, 404, 409, 422, 502, 503)
}


def make_management_app(
    plane: Plane,
    *,
    keys: Sequence[ApiKey],
    watch: Watch,
    received: Path,
    search: Search | None = None,
    checks: Mapping[str, Check] | None = None,
    warnings: Mapping[str, Check] | None = None,
    largest_body: int = LARGEST_BODY,
) -> FastAPI:
    """Build the application.

    `search` asks the broker (see `desk.Desk`), `received` is the root below which deliveries lie, `checks` are looked
    at by `/ready` beside the store, `warnings` told there without keeping the process from being ready. `largest_body`
    bounds a request, in bytes. Nothing relies on ASGI lifespan.
    """
    app = FastAPI(
        title="Datenkontor management API",
        description="What our own people and programs do with a connector. Every answer that fails has one form.",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation,
    )
    app.state.desk = Desk(
        plane=plane,
        watch=watch,
        search=search,
        received=received,
        checks={"store": health.store_check(plane), **(checks or {})},
        warnings=warnings or {},
    )
    errors.install(app)
    app.include_router(health.router)
    # The door opens or not; the dependency only tells readers of the OpenAPI document about the key.
    told = [Depends(HTTPBearer(auto_error=False))]
    for chapter in _CHAPTERS:
        app.include_router(chapter, prefix="/v1", dependencies=told, responses=_FAILURES)
    app.add_middleware(Door, keys=tuple(keys), largest_body=largest_body)
    return app


def _operation(route: APIRoute) -> str:
    return route.name
