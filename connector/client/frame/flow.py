"""What the client does, apart from how it is sent: a flow yields actions and is given their results.

A flow is written once, as a generator; `driver` runs it blocking or awaited. So the two clients cannot differ.
"""

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from connector.client.frame.errors import ClientError, from_status

T = TypeVar("T")
V = TypeVar("V")

RequestValues = Mapping[str, Any]
Report = Callable[["Progress"], None]


class ApiCall(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One request of the API: `query` and `body` without their None values; `answer` is the type of the result."""

    method: str
    path: str
    answer: Any
    query: RequestValues = {}
    body: RequestValues | None = None
    timeout_s: float = 30.0

    def parameters(self) -> tuple[tuple[str, str], ...]:
        """Return the query as pairs; a sequence gives several pairs of one name."""
        pairs: list[tuple[str, str]] = []
        for name, value in self.query.items():
            values = value if isinstance(value, list | tuple) else [value]
            pairs += [(name, str(entry)) for entry in values if entry is not None]
        return tuple(pairs)

    def content(self) -> bytes | None:
        """Return the body as JSON."""
        if self.body is None:
            return None
        return msgspec.json.encode({name: value for name, value in self.body.items() if value is not None})


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """Append the bytes of a delivered file from `offset` on to `part`; `moved` is told how many it then holds."""

    path: str
    query: RequestValues
    part: Path
    offset: int
    moved: Callable[[int], None]


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far something is: the step, the process it is about, and bytes where bytes move.

    Steps: `negotiating`, `agreed`, `transferring`, `downloading`, `done`.
    """

    step: str
    process_id: str | None = None
    file: str | None = None
    bytes_done: int | None = None
    bytes_total: int | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A page of a listing; `next` is the cursor of the page after it, None at the end."""

    items: tuple[T, ...]
    next: str | None = None


DriverAction = ApiCall[Any] | Fetch
ClientFlow = Generator[DriverAction, Any, T]


def ask(call: ApiCall[T]) -> ClientFlow[T]:
    """The flow of one request."""
    result: T = yield call
    return result


def place(*parts: str) -> str:
    """Return a path of the API; identifiers may hold any character."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def read(call: ApiCall[T], status: int, content: bytes) -> T:
    """Return the result that an answer holds. Raises ClientError."""
    if status >= 400:
        raise parse_failure(status, content)
    try:
        result: T = msgspec.json.decode(content, type=call.answer)
    except (msgspec.MsgspecError, RecursionError):
        reason = "The answer is not one of a Datenkontor connector of this version: check the address."
        raise ClientError("answer", reason) from None
    return result


def parse_failure(status: int, content: bytes) -> ClientError:
    """Return the error that an answer tells of."""
    try:
        told = msgspec.json.decode(content, type=_Failed).error
    except (msgspec.MsgspecError, RecursionError):
        return from_status(status, "answer", f"The connector answered with status {status} and no reason.")
    return from_status(status, told.code, told.reason, told.reasons)


class _Told(msgspec.Struct, frozen=True):
    code: str
    reason: str
    reasons: dict[str, str] = {}


class _Failed(msgspec.Struct, frozen=True):
    error: _Told
