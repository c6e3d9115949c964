"""A router whose endpoints take orders and return views, the structs of `views`.

FastAPI sees the models made from them. The wrapper turns a checked body into the order, and encodes the view. It also
hands the values of the desk over: as dependencies, which FastAPI solves one by one, they cost more than the check of
the parameters.
A body with a member twice, or in another encoding than UTF-8, is refused. FastAPI reads the body before it solves the
dependencies, so those that refuse callers come before both.
"""

import inspect
from collections.abc import Callable, Coroutine, Iterator
from functools import wraps
from types import NoneType
from typing import Annotated, Any, Protocol, get_args, runtime_checkable

import msgspec
from fastapi import APIRouter, Body, Request
from fastapi.dependencies.models import Dependant
from fastapi.responses import Response
from fastapi.routing import APIRoute

from connector.api.frame.desk import find_desk, find_desk_value
from connector.api.frame.errors import UnreadableBody
from connector.api.frame.models import answer_model, is_view, read_order, request_model
from connector.views.handed_in import HandedInFault, parse_json

_encode = msgspec.json.Encoder().encode
_REQUEST = "adapted_request"


def encode_view(view: Any, status: int = 200) -> Response:
    """Return the answer that holds a view."""
    return Response(_encode(view), status, media_type="application/json")


@runtime_checkable
class CallerCheck(Protocol):
    """A dependency that refuses callers: it is asked before the body is read, and remembers what it found."""

    async def check_caller(self, request: Request) -> object:
        """Find out who calls, once for a request. Raises ApiError."""


class _OrderRequest(Request):
    """A request whose body is read strictly."""

    async def json(self) -> Any:
        """Return the value of the body. Raises UnreadableBody."""
        body = await self.body()
        try:
            return parse_json(body)
        except HandedInFault as fault:
            raise UnreadableBody(str(fault)) from None


class _OrderRoute(APIRoute):
    """A route that reads its body as an `_OrderRequest`, after the checks of the caller."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route."""
        handle = super().get_route_handler()
        checks = list(_list_checks(self.dependant))

        async def handle_strictly(request: Request) -> Response:
            for check in checks:
                await check.check_caller(request)
            return await handle(_OrderRequest(request.scope, request.receive))

        return handle_strictly


def _list_checks(dependant: Dependant) -> Iterator[CallerCheck]:
    for part in dependant.dependencies:
        call: object = part.call
        if isinstance(call, CallerCheck):
            yield call
        yield from _list_checks(part)


class ChapterRouter(APIRouter):
    """The endpoints of a chapter."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=_OrderRoute, **options)

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add an endpoint."""
        super().add_api_route(path, _adapt(endpoint, options.get("status_code") or 200), **options)


def _adapt(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    """Return an endpoint with models in its signature in place of structs, and without the values of the desk."""
    known = inspect.signature(endpoint)
    orders = {name: kind for name, one in known.parameters.items() if (kind := _order(one.annotation)) is not None}
    desk = {name: mark.field for name, one in known.parameters.items() if (mark := find_desk_value(one.annotation))}
    asks = next((name for name, one in known.parameters.items() if one.annotation is Request), None)
    parameters = [
        one.replace(annotation=Annotated[request_model(one.annotation), Body()]) if name in orders else one
        for name, one in known.parameters.items()
        if name not in desk
    ]
    if desk and asks is None:
        parameters = [inspect.Parameter(_REQUEST, inspect.Parameter.KEYWORD_ONLY, annotation=Request), *parameters]
    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
    answer = known.return_annotation
    returned = answer_model(answer) if is_view(answer) else answer

    @wraps(endpoint)
    async def adapted(**given: Any) -> Any:
        if desk:
            request = given[asks] if asks else given.pop(_REQUEST)
            values = find_desk(request)
            given.update((name, field(values)) for name, field in desk.items())
        for name, kind in orders.items():
            given[name] = read_order(kind, given[name]) if given[name] is not None else None
        found = await endpoint(**given)
        return encode_view(found, status) if is_view(answer) else found

    # FastAPI reads the signature; that a function can be given one, its type does not say.
    dressed: Any = adapted
    dressed.__signature__ = known.replace(parameters=parameters, return_annotation=returned)
    return adapted


def _order(annotation: Any) -> type[msgspec.Struct] | None:
    """Return the struct that a parameter asks for, also if None stands in its place."""
    choices = [kind for kind in get_args(annotation) or (annotation,) if kind is not NoneType]
    return choices[0] if len(choices) == 1 and is_view(choices[0]) else None
