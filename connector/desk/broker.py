"""The values that the pages of a broker work with, and what of the record a reader of them sees."""

from collections.abc import Callable

import msgspec

from connector.broker.describing.subject import PublicSite
from connector.broker.visibility.callers import Visibility
from connector.controlplane.judging.library import Library
from connector.desk.operating.values import OperatorDesk
from connector.ports.board import Board
from connector.ports.broker_store import RecordView
from connector.ports.entities import User
from connector.ports.identity import Caller, Directory, ListInUse


class BrokerOffice(msgspec.Struct, frozen=True, kw_only=True):
    """The values that the pages of a broker work with.

    `site` is the address of its API, `directory` the participant list. `open` is whether everybody may read.
    `note_search` counts a search: its words, how many results it had, and the participant that searched, if known.
    `find_problem` returns why participants cannot be recognised, now or soon, or None.
    """

    operator: OperatorDesk
    visibility: Visibility
    directory: Directory
    library: Library
    board: Board
    site: PublicSite
    open: bool
    note_search: Callable[[str, int, str | None], None]
    list_in_use: Callable[[], ListInUse | None] = lambda: None
    find_problem: Callable[[], str | None] = lambda: None


async def open_view(desk: BrokerOffice, user: User | None) -> RecordView:
    """Return what a reader sees of the record: somebody of a participant what it sees, all others what everybody does.

    Of the claims of the participant those count that the participant list has now: a person brings no others.
    """
    known = desk.directory.participant(user.member) if user and user.member else None
    if known is None:
        return await desk.visibility.open_view(None)
    caller = Caller(participant=known.id, claims=known.claims, evidence={}, replay_key=None)
    return await desk.visibility.open_view(caller)


async def open_whole_view(desk: BrokerOffice) -> RecordView:
    """Return what the operator sees of the record: the entries of all classes, and those that are marked as tests."""
    record = desk.operator.record
    return record.view((known.number for known in await record.classes() if not known.reduced), tests=True)
