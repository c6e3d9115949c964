"""The application of the broker's pages: the list of all paths. Nothing here changes anything."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from connector.ports.changes import StoreError
from connector.web.frame.files import serve_file
from connector.web.frame.guard import PagesGuard
from connector.web.frame.visit import read_language, show_error
from connector.web.frame.wording import PageWords
from connector.web.public import chapters
from connector.web.public.reading import PublicDesk, PublicVisit

_log = logging.getLogger(__name__)
PublicPage = Callable[[PublicVisit], Awaitable[Response]]
PUBLIC_PAGES: Sequence[tuple[str, PublicPage]] = (
    ("/", chapters.show_start),
    ("/suche", chapters.show_search),
    ("/suche/angebot", chapters.show_found),
    ("/organisationen", chapters.show_organisations),
    ("/organisationen/organisation", chapters.show_organisation),
    ("/bedarf", chapters.show_needs),
    ("/hilfe", chapters.show_help),
    ("/barrierefreiheit", chapters.show_accessibility),
    ("/sprache/{language}", chapters.choose_language),
    ("/sitemap.xml", chapters.show_sitemap_index),
    ("/sitemap-{number:int}.xml", chapters.show_sitemap),
    ("/robots.txt", chapters.show_robots),
)
ALWAYS_OPEN = frozenset({"/hilfe", "/barrierefreiheit", "/sprache/{language}"})
"""What is read also at a broker that is not open: the words, the statement, and the choice of a language."""


def make_public_app(desk: PublicDesk) -> ASGIApp:
    """Return the application of the broker's pages."""
    routes: list[BaseRoute] = [
        Route(path, _open(function, closed=not desk.open and path not in ALWAYS_OPEN))
        for path, function in PUBLIC_PAGES
    ]
    routes.append(Route("/static/{digest}/{name}", serve_file))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _answer_unknown, Exception: _answer_unforeseen})
    app.router.redirect_slashes = False
    app.state.pages = desk
    return PagesGuard(app, here=desk.here)


def _open(function: PublicPage, *, closed: bool) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a page, within the rate of an address."""

    @wraps(function)
    async def answer(request: Request) -> Response:
        visit = _begin(request)
        if closed:
            return show_error(visit, 403, visit.words.say("sharing.members-only"))
        if wait := visit.pages.admit(request):
            busy = show_error(visit, 429, visit.words.say("sharing.busy"))
            busy.headers["Retry-After"] = str(wait)
            return busy
        try:
            return await function(visit)
        except StoreError:
            return show_error(visit, 503, visit.words.say("sharing.unavailable"))

    return answer


def _begin(request: Request) -> PublicVisit:
    pages: PublicDesk = request.app.state.pages
    words = PageWords(read_language(request), pages.library.operands.zone)
    return PublicVisit(request=request, pages=pages, words=words)


async def _answer_unknown(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    visit = _begin(request)
    return show_error(visit, error.status_code, visit.words.say("error-unknown"))


async def _answer_unforeseen(request: Request, error: Exception) -> Response:
    _log.error("page failed", exc_info=error)
    visit = _begin(request)
    return show_error(visit, 500, visit.words.say("error-internal"))
