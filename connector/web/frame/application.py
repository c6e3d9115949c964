"""An application of pages from its list of paths: routes, files, errors, and the guard in front."""

import logging
from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from connector.net.serving.bounds import is_in_networks, name_network
from connector.ports.entities import UserRole
from connector.web.frame.files import serve_file
from connector.web.frame.guard import PagesGuard
from connector.web.frame.visit import PageFunction, PagesDesk, begin_visit, open_page, show_error

_log = logging.getLogger(__name__)
PageRow = tuple[str, str, PageFunction, frozenset[UserRole] | None]
"""A page: its method, its path, its function and the roles that may open it; None is everybody."""


def make_app(pages: PagesDesk, rows: Sequence[PageRow], *, large: Mapping[str, int] | None = None) -> ASGIApp:
    """Return the application of pages; `large` are the paths that take larger bodies, each with its bytes."""
    routes: list[BaseRoute] = [
        Route(path, open_page(function, roles), methods=[method]) for method, path, function, roles in rows
    ]
    routes.append(Route("/static/{digest}/{name}", serve_file))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _answer_unknown, Exception: _answer_unforeseen})
    app.router.redirect_slashes = False
    app.state.pages = pages
    return PagesGuard(app, here=pages.here, large=large)


def make_namer(proxies: tuple[str, ...]) -> Callable[[Request], str]:
    """Return what names the address that a request is counted under.

    `proxies` are the networks (CIDR) of the proxies in front, whose addresses stand for many people.
    """

    def name_caller(request: Request) -> str:
        host = request.client.host if request.client else ""
        if host and not is_in_networks(host, proxies):
            return name_network(host)
        forwarded = request.headers.getlist("x-forwarded-for")
        return name_network(forwarded[-1].rpartition(",")[2].strip()[:64]) if forwarded else host

    return name_caller


async def _answer_unknown(request: Request, error: Exception) -> Response:
    """Answer for a path or a method that is no page."""
    assert isinstance(error, HTTPException)
    visit = begin_visit(request)
    return show_error(visit, error.status_code, visit.words.say("error-unknown"))


async def _answer_unforeseen(request: Request, error: Exception) -> Response:
    _log.error("page failed", exc_info=error)
    visit = begin_visit(request)
    return show_error(visit, 500, visit.words.say("error-internal"))
