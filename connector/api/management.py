"""The management API as one application: access check, chapters and errors. It has its own listener."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from connector.api.chapters import (
    agreements,
    assets,
    catalog,
    consents,
    credentials,
    dataplanes,
    deliveries,
    events,
    health,
    holds,
    issuing,
    needs,
    negotiations,
    participants,
    payments,
    policies,
    privacy,
    search,
    searches,
    self_descriptions,
    subscriptions,
    transfers,
    users,
)
from connector.api.frame import errors
from connector.api.frame.auth import KEYLESS, LARGEST_BODY, ApiKey, FindGuest, KeyMiddleware
from connector.api.frame.desk import install_desk
from connector.api.frame.models import answer_model
from connector.desk.values import Desk
from connector.net.serving.rates import CallerRates
from connector.views.common import ErrorView

# Each is asked in turn whether a path is its own: those that programs call all the time come first.
_CHAPTERS = (
    negotiations.router,
    transfers.router,
    assets.router,
    catalog.router,
    search.router,
    searches.router,
    # Before the agreements, whose identifiers may contain slashes.
    payments.router,
    agreements.router,
    deliveries.router,
    subscriptions.router,
    transfers.last,
    holds.router,
    consents.router,
    credentials.router,
    issuing.router,
    participants.router,
    events.router,
    needs.router,
    policies.router,
    privacy.router,
    self_descriptions.router,
    users.router,
    dataplanes.router,
)
_FAILURES: dict[int | str, dict[str, Any]] = {
    code: {"model": answer_model(ErrorView)} for code in (400, 401, 403, 404, 409, 422, 429, 502, 503)
}


def make_management_app(
    desk: Desk,
    *,
    keys: Sequence[ApiKey],
    largest_body: int = LARGEST_BODY,
    rates: CallerRates | None = None,
    find_guest: FindGuest | None = None,
) -> FastAPI:
    """Build the application; each endpoint requests the values of the desk that it needs as parameters.

    `largest_body` is the maximum size of a request in bytes; `rates` limit requests without a valid key.
    `find_guest` finds the keys of other participants of the process, with their desks. The app uses no ASGI lifespan.
    """
    app = FastAPI(
        title="Datenkontor management API",
        description="Manage a connector: offers, negotiations, transfers and policies. All errors have one form.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation,
    )
    install_desk(app, desk)
    errors.install(app)
    app.include_router(health.router)
    app.add_route("/openapi.json", _OpenApi(app).answer, include_in_schema=False)
    for chapter in _CHAPTERS:
        app.include_router(chapter, prefix="/v1", responses=_FAILURES)
    app.add_middleware(KeyMiddleware, keys=tuple(keys), largest_body=largest_body, rates=rates, find_guest=find_guest)
    return app


class _OpenApi:
    """The OpenAPI document. It takes half a second to make: once, and beside the loop."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._document = b""
        self._making = asyncio.Lock()

    async def answer(self, _: Request) -> Response:
        """Answer; the first callers wait for the document."""
        async with self._making:
            self._document = self._document or await asyncio.to_thread(self._make)
        return Response(self._document, media_type="application/json")

    def _make(self) -> bytes:
        described = self._app.openapi()
        described["components"]["securitySchemes"] = {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
        # The middleware checks the key, so no endpoint depends on it.
        for path, methods in described["paths"].items():
            for operation in methods.values() if path not in KEYLESS else ():
                operation["security"] = [{"HTTPBearer": []}]
        return msgspec.json.encode(described)


def _operation(route: APIRoute) -> str:
    return route.name
