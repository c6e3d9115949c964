"""The management API of a broker as one application: access check, endpoints and errors. It has its own listener."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from connector.api.chapters import users
from connector.api.frame import errors
from connector.api.frame.auth import ApiKey, KeyMiddleware
from connector.api.frame.models import answer_model
from connector.api.operating import members, moderation, quality, sources, usage, why
from connector.desk.operating.values import OperatorDesk
from connector.net.serving.rates import CallerRates
from connector.views.common import ErrorView

_FAILURES: dict[int | str, dict[str, Any]] = {
    code: {"model": answer_model(ErrorView)} for code in (400, 401, 403, 404, 409, 412, 422, 429, 503)
}


def make_operator_app(desk: OperatorDesk, *, keys: Sequence[ApiKey], rates: CallerRates | None = None) -> FastAPI:
    """Build the application; `rates` limit requests without a valid key."""
    app = FastAPI(
        title="Datenkontor broker management API",
        description="Operate a broker: sources, moderation, quality, searches, members and users. "
        "All errors have one form.",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation,
    )
    app.state.desk = desk
    errors.install(app)
    for chapter in (sources, moderation, quality, usage, why, members, users):
        app.include_router(chapter.router, prefix="/v1", responses=_FAILURES)
    app.add_middleware(KeyMiddleware, keys=tuple(keys), rates=rates)
    return app


def _operation(route: APIRoute) -> str:
    return route.name
