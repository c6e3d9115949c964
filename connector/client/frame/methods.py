"""Turn a function that builds a request or a flow into a method of each client, with the same signature.

A chapter defines each call once: `add = blocking(_add)` in one class, `add = asynchronous(_add)` in the other.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from inspect import Parameter, Signature, signature
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from connector.client.frame.flow import ApiCall, ClientFlow, ask
from connector.views.common import Page

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")


class Runs(Protocol):
    """The blocking driver as a protocol: chapters do not import it, so that httpx comes with the first client."""

    def run(self, flow: ClientFlow[T]) -> T:
        """Run a flow and return its result."""

    def every(self, first: Callable[[str | None], ApiCall[Page[T]]]) -> Iterator[T]:
        """Yield all entries of a listing."""


class AsyncRuns(Protocol):
    """The asynchronous driver as a protocol."""

    async def run(self, flow: ClientFlow[T]) -> T:
        """Run a flow and return its result."""

    def every(self, first: Callable[[str | None], ApiCall[Page[T]]]) -> AsyncIterator[T]:
        """Yield all entries of a listing."""


class Chapter(Protocol):
    """A chapter of the blocking client."""

    @property
    def driver(self) -> Runs:
        """The driver that sends its requests."""


class AsyncChapter(Protocol):
    """A chapter of the asynchronous client."""

    @property
    def driver(self) -> AsyncRuns:
        """The driver that sends its requests."""


def blocking(build: Callable[P, ApiCall[T] | ClientFlow[T]]) -> Callable[Concatenate[Chapter, P], T]:
    """Return the method that runs the result of `build`."""

    @_like(build)
    def method(self: Chapter, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.driver.run(_flow(build(*args, **kwargs)))

    return method


def asynchronous(
    build: Callable[P, ApiCall[T] | ClientFlow[T]],
) -> Callable[Concatenate[AsyncChapter, P], Coroutine[Any, Any, T]]:
    """Return the coroutine method that runs the result of `build`."""

    @_like(build)
    async def method(self: AsyncChapter, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.driver.run(_flow(build(*args, **kwargs)))

    return method


def every(build: Callable[P, ApiCall[Page[T]]]) -> Callable[Concatenate[Chapter, P], Iterator[T]]:
    """Return the method that yields all entries of a listing, after the cursor `after`."""

    @_like(build)
    def method(self: Chapter, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return self.driver.every(lambda after: build(*args, **_continue(kwargs, after)))

    return method


def every_async(
    build: Callable[P, ApiCall[Page[T]]],
) -> Callable[Concatenate[AsyncChapter, P], AsyncIterator[T]]:
    """Return the method that yields all entries of a listing as an asynchronous iterator."""

    @_like(build)
    def method(self: AsyncChapter, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        return self.driver.every(lambda after: build(*args, **_continue(kwargs, after)))

    return method


def _like(build: Callable[..., Any]) -> Callable[[V], V]:
    """Give a method the name, the docstring and, after `self`, the signature of `build`."""

    def copy_signature(method: V) -> V:
        known = signature(build)
        oneself = Parameter("self", Parameter.POSITIONAL_ONLY)
        # Any function has a settable docstring and signature; its type does not include them.
        named: Any = method
        named.__name__, named.__doc__ = build.__name__.lstrip("_"), build.__doc__
        named.__signature__ = Signature([oneself, *known.parameters.values()])
        return method

    return copy_signature


def _flow(made: ApiCall[T] | ClientFlow[T]) -> ClientFlow[T]:
    return ask(made) if isinstance(made, ApiCall) else made


def _continue(given: Any, after: str | None) -> Any:
    return given if after is None else {**given, "after": after}
