"""Flows: what the client does, independent of how it sends.

A flow is a generator that yields actions and receives their results. The drivers run it, one
blocking and one asynchronous, so that both clients behave alike.
"""

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from connector.client.frame.errors import ClientError, from_status
from connector.views.common import ErrorView, ReasonOrder

T = TypeVar("T")
V = TypeVar("V")

RequestValues = Mapping[str, Any]
Report = Callable[["Progress"], None]


class ApiCall(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One request of the API: the `query` without None values, an order as `body`, and the type of the `answer`."""

    method: str
    path: str
    answer: Any
    query: RequestValues = {}
    body: msgspec.Struct | None = None
    timeout_s: float = 30.0

    def parameters(self) -> tuple[tuple[str, str], ...]:
        """Return the query as pairs; a sequence becomes several pairs with one name."""
        pairs: list[tuple[str, str]] = []
        for name, value in self.query.items():
            values = value if isinstance(value, list | tuple) else [value]
            pairs += [(name, str(entry)) for entry in values if entry is not None]
        return tuple(pairs)

    def content(self) -> bytes | None:
        """Return the body as JSON."""
        return None if self.body is None else msgspec.json.encode(self.body)


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """Append the bytes of a delivered file to `part`, from `offset` on; `moved` receives the size of `part`."""

    path: str
    query: RequestValues
    part: Path
    offset: int
    moved: Callable[[int], None]


class Follow(msgspec.Struct, frozen=True, kw_only=True):
    """Hand each piece of an answer without an end to `take`, until the answer ends or `take` returns False."""

    path: str
    query: RequestValues
    take: Callable[[bytes], bool]


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Progress of a long call: the step, its process, and the bytes of a download.

    Steps: `unstated` (nothing tells whether the data changed), `unseen` (so nothing is transferred), `negotiating`,
    `agreed`, `transferring`, `waiting` with the `reason`, `downloading`, `done`.
    """

    step: str
    process_id: str | None = None
    file: str | None = None
    bytes_done: int | None = None
    bytes_total: int | None = None
    reason: str = ""


DriverAction = ApiCall[Any] | Fetch | Follow
ClientFlow = Generator[DriverAction, Any, T]


def ask(call: ApiCall[T]) -> ClientFlow[T]:
    """Return the flow of one request."""
    result: T = yield call
    return result


def reason_order(reason: str | None) -> ReasonOrder:
    """Return the order that contains a reason, or its default without one."""
    return ReasonOrder() if reason is None else ReasonOrder(reason=reason)


def path_of(*parts: str) -> str:
    """Return a path of the API; an identifier can contain any character.

    >>> path_of("assets", "urn:asset/1")
    '/v1/assets/urn%3Aasset%2F1'
    """
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def read(call: ApiCall[T], status: int, content: bytes) -> T:
    """Return the result in an answer. Raises ClientError."""
    if status >= 400:
        raise parse_failure(status, content)
    try:
        result: T = msgspec.json.decode(content, type=call.answer)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        reason = "The answer is not from a Datenkontor connector of this version: check the address."
        raise ClientError("answer", reason) from None
    return result


def parse_failure(status: int, content: bytes) -> ClientError:
    """Return the error in an answer."""
    try:
        problem = msgspec.json.decode(content, type=ErrorView).error
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return from_status(status, "answer", f"Status {status} without a reason: check the address of the connector.")
    return from_status(status, problem.code, problem.reason, problem.reasons)
