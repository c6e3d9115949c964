"""An application of pages from its list of paths: routes, files, errors, and the guard in front."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from connector.controlplane.judging.library import Library
from connector.controlplane.usecases.users import UserRegister
from connector.desk.broker import BrokerOffice
from connector.desk.house import HouseShares
from connector.desk.values import Desk
from connector.net.limits import ConcurrencyLimit
from connector.net.serving.bounds import is_in_networks, name_network
from connector.ports.entities import UserRole
from connector.web.frame.attempts import SignInAttempts
from connector.web.frame.files import serve_file
from connector.web.frame.guard import PagesGuard
from connector.web.frame.logins import PagesLogin
from connector.web.frame.origin import read_origin
from connector.web.frame.streams import MOST_STREAMS, STREAMS_OF_ONE
from connector.web.frame.visit import (
    NO_STATEMENTS,
    PageFunction,
    PagesDesk,
    begin_visit,
    open_page,
    recognise,
    show_error,
)

_log = logging.getLogger(__name__)
PageRow = tuple[str, str, PageFunction, frozenset[UserRole] | None]
"""A page: its method, its path, its function and the roles that may open it; None is everybody."""


class PagesHouse(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages of a participant and those of a broker are told alike.

    `address` is where people open them, of an organisation named `provider`. `proxies` are the networks (CIDR) of the
    proxies in front, whose addresses stand for many people. `stopping` ends the streams of events. `organisation` is
    the login of the organisation, if people have one. `statements` are as in `PagesDesk`. `processes` returns how many
    processes show the pages.
    """

    address: str
    provider: str
    proxies: tuple[str, ...] = ()
    stopping: asyncio.Event | None = None
    organisation: PagesLogin | None = None
    statements: Mapping[str, str] = NO_STATEMENTS
    processes: Callable[[], int] = lambda: 1


def make_pages(
    house: PagesHouse, desk: Desk | BrokerOffice, users: UserRegister, library: Library, **more: Any
) -> PagesDesk:
    """Return the values that pages work with; `more` are members that one of the two kinds has."""
    return PagesDesk(
        desk=desk,
        users=users,
        library=library,
        here=read_origin(house.address),
        provider=house.provider,
        attempts=SignInAttempts(house.processes),
        name_caller=make_namer(house.proxies),
        stopping=house.stopping or asyncio.Event(),
        streams=ConcurrencyLimit(total=MOST_STREAMS, per_key=STREAMS_OF_ONE),
        shared=HouseShares(),
        login=house.organisation,
        statements=house.statements,
        **more,
    )


def make_app(pages: PagesDesk, rows: Sequence[PageRow], *, large: Mapping[str, int] | None = None) -> ASGIApp:
    """Return the application of pages; `large` are the paths that take larger bodies, each with its bytes."""
    return PagesGuard(_make_routes(tuple(rows)), here=pages.here, large=large, pages=pages)


@cache
def _make_routes(rows: Sequence[PageRow]) -> ASGIApp:
    """Return the pages of a list of paths. The guard in front says for each request whose they are: all share them."""
    routes: list[BaseRoute] = [
        Route(path, open_page(function, roles), methods=[method]) for method, path, function, roles in rows
    ]
    routes.append(Route("/static/{digest}/{name}", serve_file))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _answer_unknown, Exception: _answer_unforeseen})
    app.router.redirect_slashes = False
    return app


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
    visit = await recognise(begin_visit(request))
    return show_error(visit, error.status_code, visit.words.say("error-unknown"))


async def _answer_unforeseen(request: Request, error: Exception) -> Response:
    _log.error("page failed", exc_info=error)
    visit = begin_visit(request)
    return show_error(visit, 500, visit.words.say("error-internal"))
