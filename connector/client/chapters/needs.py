"""Needs for data at the broker, their answers, and what matches them."""

from collections.abc import Sequence
from dataclasses import dataclass

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.views.common import Page
from connector.views.needs import (
    AnswerOrder,
    AnswerView,
    NeedCloseOrder,
    NeedMatchView,
    NeedOrder,
    NeedView,
    NoticeView,
)


def _list(
    *, mine: bool = False, open: bool = True, limit: int = 20, after: str | None = None
) -> ApiCall[Page[NeedView]]:
    """List the needs at the broker, the newest first: only those that are `open`, and only one's own if `mine`.

    >>> [need.question for need in connector.needs.list().items]
    ['How many bicycles pass?']
    """
    query = {"mine": mine, "open": open, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("needs"), answer=Page[NeedView], query=query)


def _add(order: NeedOrder) -> ApiCall[NeedView]:
    """Post a need: all participants see it until its term ends.

    >>> connector.needs.add(NeedOrder(question="How many bicycles pass?")).state.value
    'open'
    """
    return ApiCall(method="POST", path=path_of("needs"), answer=NeedView, body=order)


def _show(id: str) -> ApiCall[NeedView]:
    """Show one need.

    >>> connector.needs.show("urn:need:1").owner
    'https://city.example'
    """
    return ApiCall(method="GET", path=path_of("needs", id), answer=NeedView)


def _change(id: str, order: NeedOrder) -> ApiCall[NeedView]:
    """Replace a need of one's own; a term that the order does not state stays as it is.

    >>> connector.needs.change("urn:need:1", NeedOrder(question="How many bicycles pass?")).id
    'urn:need:1'
    """
    return ApiCall(method="PUT", path=path_of("needs", id), answer=NeedView, body=order)


def _close(id: str, served_by: str | None = None) -> ApiCall[NeedView]:
    """Close a need of one's own, with the identifier of the answer that served it.

    >>> connector.needs.close("urn:need:1").id
    'urn:need:1'
    """
    order = NeedCloseOrder(served_by=served_by)
    return ApiCall(method="POST", path=path_of("needs", id, "close"), answer=NeedView, body=order)


def _answer(id: str, order: AnswerOrder) -> ApiCall[AnswerView]:
    """Answer an open need: with an offer of one's own, a draft, or that there is none.

    >>> connector.needs.answer("urn:need:1", AnswerOrder(kind=AnswerKind.NONE, text="We do not have it.")).kind.value
    'none'
    """
    return ApiCall(method="POST", path=path_of("needs", id, "answers"), answer=AnswerView, body=order)


def _answers(id: str) -> ApiCall[tuple[AnswerView, ...]]:
    """List the answers to a need, the oldest first.

    >>> [answer.text for answer in connector.needs.answers("urn:need:1")]
    ['We do not have it.']
    """
    return ApiCall(method="GET", path=path_of("needs", id, "answers"), answer=tuple[AnswerView, ...])


def _matches(id: str) -> ApiCall[Sequence[NeedMatchView]]:
    """List the offers that match a need now, the best first, with a score and the reasons.

    >>> [(match.dataset, match.fits) for match in connector.needs.matches("urn:need:1")]
    [('urn:dataset:counts', True)]
    """
    return ApiCall(method="GET", path=path_of("needs", id, "matches"), answer=tuple[NeedMatchView, ...])


def _notices(after: int = 0) -> ApiCall[tuple[NoticeView, ...]]:
    """List what this participant is told about needs, after the number of a notice.

    >>> [notice.kind.value for notice in connector.needs.notices()]
    ['matched']
    """
    return ApiCall(method="GET", path=path_of("notices"), answer=tuple[NoticeView, ...], query={"after": after})


@dataclass(frozen=True)
class Needs:
    """Needs for data at the broker."""

    driver: Runs

    list = blocking(_list)
    all = every(_list)
    add = blocking(_add)
    show = blocking(_show)
    change = blocking(_change)
    close = blocking(_close)
    answer = blocking(_answer)
    answers = blocking(_answers)
    matches = blocking(_matches)
    notices = blocking(_notices)


@dataclass(frozen=True)
class AsyncNeeds:
    """Needs for data at the broker."""

    driver: AsyncRuns

    list = asynchronous(_list)
    all = every_async(_list)
    add = asynchronous(_add)
    show = asynchronous(_show)
    change = asynchronous(_change)
    close = asynchronous(_close)
    answer = asynchronous(_answer)
    answers = asynchronous(_answers)
    matches = asynchronous(_matches)
    notices = asynchronous(_notices)
