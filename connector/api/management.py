"""The management API as one application: access check, chapters and errors. It has its own listener."""

from collections.abc import Sequence
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
from connector.api.frame.desk import Desk, install_desk
from connector.api.frame.models import answer_model
from connector.net.serving.rates import CallerRates
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
    code: {"model": answer_model(ErrorView)} for code in (400, 401, 403, 404, 409, 422, 429, 502, 503)
}


def make_management_app(
    desk: Desk, *, keys: Sequence[ApiKey], largest_body: int = LARGEST_BODY, rates: CallerRates | None = None
) -> FastAPI:
    """Build the application; each endpoint requests the values of the desk that it needs as parameters.

    `largest_body` is the maximum size of a request in bytes; `rates` limit requests without a valid key. The app
    uses no ASGI lifespan.
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
    install_desk(app, desk)
    errors.install(app)
    app.include_router(health.router)
    # The middleware checks the key; the dependency only documents it in the OpenAPI document.
    documented = [Depends(HTTPBearer(auto_error=False))]
    for chapter in _CHAPTERS:
        app.include_router(chapter, prefix="/v1", dependencies=documented, responses=_FAILURES)
    app.add_middleware(KeyMiddleware, keys=tuple(keys), largest_body=largest_body, rates=rates)
    return app


def _operation(route: APIRoute) -> str:
    return route.name
