"""The values that the operator of a broker works with, and the acts with what follows from them."""

from collections.abc import Awaitable, Callable

import msgspec

from connector.broker.crawler import Crawler
from connector.broker.operating import acts
from connector.broker.operating.assessing import Assessor
from connector.broker.projector import Projector
from connector.controlplane.usecases.users import UserRegister
from connector.desk.operating.members import MembersOffice
from connector.ports.broker_store import PORTALS, CrawlSource
from connector.ports.moderated_store import ModeratedStore
from connector.ports.moderation import Act, Mark, MarkKind, ModerationChange
from connector.ports.search_index import SearchIndex
from connector.ports.watch import Watch
from connector.views.common import LONGEST_IDENTIFIER
from connector.views.conversion import moment, to_view
from connector.views.moderation import ActedView, ActView, MarkView

FOLLOW_S = 10.0
"""How long an act waits for the search index."""

INDEX, QUALITY = "index", "quality"
"""What is followed beside the crawls of participants, whose names are IRIs: commits of the index, and assessments."""

_NAMES = {
    MarkKind.SUSPENDED: ("suspend", "resume"),
    MarkKind.HIDDEN: ("hide", "unhide"),
    MarkKind.TEST: ("test", "untest"),
    MarkKind.REMOVED: ("remove", "restore"),
    MarkKind.REGISTERED: ("register", "unregister"),
}


class OperatorDesk(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator works with; `users` are the people who sign in to the pages.

    `changed` tells the index and the graph that the record has changed. `crawls` reports the end of each crawl by
    participant, `now` returns ms since the Unix epoch. `counts_searches` is false if the settings switch the statistics
    off. `members` is the office of the authority, if this process answers for it; `find_authority` names the one that
    has signed the participant list, if it is known.
    """

    users: UserRegister
    record: ModeratedStore
    index: SearchIndex
    projector: Projector
    crawler: Crawler
    crawls: Watch
    assessor: Assessor
    changed: Callable[[], None]
    now: Callable[[], int]
    counts_searches: bool = True
    members: MembersOffice | None = None
    find_authority: Callable[[], str | None] = lambda: None


async def find_source(desk: OperatorDesk, name: str) -> CrawlSource | None:
    """Return the source with an identifier, or the portal with a short name."""
    if len(name) > LONGEST_IDENTIFIER:
        return None
    return await desk.record.source(name) or await desk.record.source(PORTALS + name)


async def do(desk: OperatorDesk, act: Awaitable[Act | None]) -> ActedView:
    """Do an act; answer when the search index has followed, or after a while. Raises ActRefused and StoreError."""
    done = await act
    desk.changed()
    desk.crawler.relist()
    followed = await desk.projector.wait_followed(await desk.record.last_change(), FOLLOW_S)
    return ActedView(act=None if done is None else view_act(done), followed=followed)


async def set_mark(desk: OperatorDesk, change: ModerationChange) -> Act | None:
    """Set or take away the mark that a change states. Raises ActRefused and StoreError."""
    return await acts.moderate(desk.record, change, desk.now())


async def undo(desk: OperatorDesk, number: int, by: str) -> Act:
    """Take an act back. Raises ActRefused and StoreError."""
    return await acts.undo(desk.record, number, by, desk.now())


def view_mark(mark: Mark) -> MarkView:
    """Return the view of a mark."""
    return to_view(MarkView, mark, dataset=mark.dataset or None)


def view_act(act: Act) -> ActView:
    """Return the view of an act."""
    change = act.change
    given, taken = _NAMES[change.kind]
    return ActView(
        number=act.number,
        at=moment(act.at),
        act=given if change.wanted else taken,
        participant=change.participant,
        dataset=change.dataset or None,
        reason=change.reason,
        by=change.by,
        undoes=change.undoes,
    )
