"""Turns a function that builds a request or a flow into a method of either client, with the same signature.

So what a chapter can do is written once: `add = blocking(_add)` in the one class, `awaited(_add)` in the other.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from inspect import Parameter, Signature, signature
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from connector.client.frame.flow import ApiCall, ClientFlow, Page, ask

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")


class Runs(Protocol):
    """The blocking driver, as chapters see it; they do not import it, so that httpx comes with the first client."""

    def run(self, flow: ClientFlow[T]) -> T:
        """Run a flow to its end."""

    def every(self, first: Callable[[str | None], ApiCall[Page[T]]]) -> Iterator[T]:
        """Give all entries of a listing."""


class AsyncRuns(Protocol):
    """The awaited driver, as chapters see it."""

    async def run(self, flow: ClientFlow[T]) -> T:
        """Run a flow to its end."""

    def every(self, first: Callable[[str | None], ApiCall[Page[T]]]) -> AsyncIterator[T]:
        """Give all entries of a listing."""


class Chapter(Protocol):
    """A chapter of the blocking client."""

    @property
    def driver(self) -> Runs:
        """Who sends for it."""


class AsyncChapter(Protocol):
    """A chapter of the awaited client."""

    @property
    def driver(self) -> AsyncRuns:
        """Who sends for it."""


def blocking(build: Callable[P, ApiCall[T] | ClientFlow[T]]) -> Callable[Concatenate[Chapter, P], T]:
    """Return the method that carries out what `build` builds."""

    @_like(build)
    def method(self: Chapter, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.driver.run(_flow(build(*args, **kwargs)))

    return method


def awaited(
    build: Callable[P, ApiCall[T] | ClientFlow[T]],
) -> Callable[Concatenate[AsyncChapter, P], Coroutine[Any, Any, T]]:
    """Return the coroutine method that carries out what `build` builds."""

    @_like(build)
    async def method(self: AsyncChapter, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.driver.run(_flow(build(*args, **kwargs)))

    return method


def every(build: Callable[P, ApiCall[Page[T]]]) -> Callable[Concatenate[Chapter, P], Iterator[T]]:
    """Return the method that gives all entries of a listing, beginning behind `after`."""

    @_like(build)
    def method(self: Chapter, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return self.driver.every(lambda after: build(*args, **_going_on(kwargs, after)))

    return method


def every_awaited(build: Callable[P, ApiCall[Page[T]]]) -> Callable[Concatenate[AsyncChapter, P], AsyncIterator[T]]:
    """Return the method that gives all entries of a listing as an asynchronous iterator."""

    @_like(build)
    def method(self: AsyncChapter, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        return self.driver.every(lambda after: build(*args, **_going_on(kwargs, after)))

    return method


def _like(build: Callable[..., Any]) -> Callable[[V], V]:
    """Give a method the name, the docstring and, behind `self`, the signature of what it carries out."""

    def dressed(method: V) -> V:
        known = signature(build)
        oneself = Parameter("self", Parameter.POSITIONAL_ONLY)
        # A docstring and a signature can be set on any function; the type does not say so.
        named: Any = method
        named.__name__, named.__doc__ = build.__name__.lstrip("_"), build.__doc__
        named.__signature__ = Signature([oneself, *known.parameters.values()])
        return method

    return dressed


def _flow(made: ApiCall[T] | ClientFlow[T]) -> ClientFlow[T]:
    return ask(made) if isinstance(made, ApiCall) else made


def _going_on(given: Any, after: str | None) -> Any:
    return given if after is None else {**given, "after": after}
