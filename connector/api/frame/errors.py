"""The one form of all errors: `{"error": {"code": …, "reason": …}}`, with one sentence as reason.

Use cases do not know HTTP; their errors become a status here. An error quotes nothing of the request, so no secret.
"""

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed, PeerFailed, UseCaseError
from connector.ports.dataplane import PlaneUnavailable
from connector.ports.seals import SigningUnavailable
from connector.ports.store_errors import Conflict, LimitReached, StoreDamaged, StoreError, StoreFull
from connector.protocol.dsp.errors import ProtocolError

_log = logging.getLogger(__name__)

_STATUS: dict[type[UseCaseError], int] = {NoSuchEntity: 404, NotAllowed: 409, Invalid: 400, PeerFailed: 502}
_SENTENCES = {
    404: ("no-such-path", "Unknown path: /openapi.json lists the paths."),
    405: ("method", "Unknown method for this path: /openapi.json lists its methods."),
    413: ("too-large", "The request is too large: send less data."),
}


class ApiError(Exception):
    """A request that the API itself refuses."""

    def __init__(self, status: int, code: str, reason: str, *, retry_after_s: int = 0) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
        self.status = status
        self.code = code
        self.reason = reason


class UnreadableBody(HTTPException):
    """A body that is not JSON as this API reads it; `problem` continues a sentence about the body."""

    def __init__(self, problem: str) -> None:
        super().__init__(422)
        self.problem = problem


def answer(
    status: int, code: str, reason: str, reasons: dict[str, str] | None = None, *, retry_after_s: int = 0
) -> JSONResponse:
    """Return an error in the one form."""
    more = {"reasons": reasons} if reasons else {}
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"error": {"code": code, "reason": reason, **more}}, status, headers)


def install(app: FastAPI) -> None:
    """Answer all errors of the application in the one form."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(UseCaseError, _use_case)
    app.add_exception_handler(StoreError, _store)
    app.add_exception_handler(PlaneUnavailable, _plane)
    app.add_exception_handler(SigningUnavailable, _signing)
    app.add_exception_handler(ProtocolError, _protocol)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


async def _api_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return answer(error.status, error.code, error.reason, retry_after_s=error.retry_after_s)


async def _use_case(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, UseCaseError)
    return answer(_STATUS.get(type(error), 400), error.code, error.reason, error.reasons)


async def _plane(_: Request, error: Exception) -> JSONResponse:
    return answer(503, "plane-silent", str(error), retry_after_s=5)


async def _signing(_: Request, error: Exception) -> JSONResponse:
    _log.warning("the own key does not sign: %s", error)
    return answer(
        503,
        "key-away",
        "The token with the key of this participant does not sign, nothing was sent: connect it, then try again.",
        retry_after_s=10,
    )


async def _store(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, Conflict):
        return answer(409, "changed", "Another request changed the entry: read it again, then retry.")
    if isinstance(error, LimitReached):
        return answer(409, "limit-reached", "The limit of the agreement is reached: nothing was changed.")
    if isinstance(error, StoreDamaged):
        return answer(503, "store-damaged", "The database is damaged, nothing was changed: restore a backup.")
    if isinstance(error, StoreFull):
        return answer(
            503, "store-full", "The disk of the database is full, nothing was changed: make room, then retry."
        )
    return answer(503, "store", "The store is unavailable, nothing was changed: try again later.")


async def _protocol(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProtocolError)
    return answer(400, error.code, error.reason)


async def _validation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return answer(422, "invalid", _sentence(error.errors()))


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, UnreadableBody):
        return answer(error.status_code, "invalid", f"The body cannot be used: {error.problem}.")
    code, reason = _SENTENCES.get(
        error.status_code, ("refused", "The request is malformed: /openapi.json describes the expected form.")
    )
    return answer(error.status_code, code, reason)


async def _unforeseen(_: Request, error: Exception) -> JSONResponse:
    _log.error("request failed", exc_info=error)
    told = answer(500, "internal", "Internal error: the log of this connector contains the details.")
    # The server closes the connection after an error that nobody foresaw: the caller has to know (RFC 9112, 9.6).
    told.headers["Connection"] = "close"
    return told


def _sentence(errors: Sequence[Any]) -> str:
    """Return a sentence about the first fault: its place and the expected form, never the value."""
    first = errors[0]
    place, *path = (str(part) for part in first["loc"])
    message = str(first["msg"]).removeprefix("Value error, ").rstrip(".")
    if first["type"] == "json_invalid":
        return "The body is not JSON: send a JSON object with Content-Type application/json."
    where = f"{'.'.join(path)} in the {place}" if path else f"The {place}"
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{where} cannot be used: {message[:1].lower()}{message[1:]}{more}."
