"""What people are told that no commit brings: agreements and certificates that end soon, new hits of saved searches.

Each is told once: a mark in the store says when to look at an agreement, and up to where people were told of the rest.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from connector.controlplane.core import instants
from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.judging import periods
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.library import evaluate
from connector.controlplane.notices.choosing import is_wanted
from connector.language.catalogue import LANGUAGES, Language, read_grammar, say, say_in_all, write_in_all
from connector.ports.changes import AddNotice, Change, DropNoticeMark, PutNoticeMark
from connector.ports.entities import Agreement, NoticeMark, UserNotice
from connector.ports.store_errors import StoreError
from connector.views.conversion import in_zone, moment
from connector.views.users import UserNoticeKind

_log = logging.getLogger(__name__)

AT_ONCE, MOST_MARKS = 100, 1000
GATHER_S = 1.0
"""How long agreements that became final are gathered before a look at their ends, so that they share a commit."""
HOUR_MS = 3_600_000
AGREEMENT_MS, CERTIFICATE_MS = (int(timedelta(days=days) / timedelta(milliseconds=1)) for days in (14, 30))
"""How long before its end people are told of an agreement and of a certificate."""


class EndingCertificate(msgspec.Struct, frozen=True):
    """The certificate of the listeners: the names that it is for, and its end (ms)."""

    names: str
    ends_at: int


class FoundHits(msgspec.Struct, frozen=True, kw_only=True):
    """New hits of a saved search after the change number that was asked for, and the one to go on after."""

    search: str
    name: str
    count: int
    next: int


HitReader = Callable[[Callable[[str], int]], Awaitable[Sequence[FoundHits]]]
"""Returns the new hits of each saved search, also without any; it is given how far people were told of one."""


@dataclass(kw_only=True)
class Foresight:
    """Looks ahead for the people of one participant: when a mark is due, and once an hour.

    `awaited` is set when an agreement has become final. `find_certificate` returns the certificate of the listeners,
    None without one; it may read files. `find_hits` is None without a broker.
    """

    evaluator: Evaluator
    awaited: asyncio.Event
    told: asyncio.Event
    find_certificate: Callable[[], Awaitable[EndingCertificate | None]]
    find_hits: HitReader | None = None

    async def run(self) -> None:
        """Look ahead until cancelled."""
        hourly = 0
        while True:
            self.awaited.clear()
            now = self.evaluator.context.now()
            due = now + HOUR_MS
            try:
                due = min(await self.look_at_agreements() or due, due)
                # A clock that was set back does not hold this up.
                if not now - HOUR_MS < hourly <= now:
                    await self.look_at_certificate()
                    await self.look_at_searches()
                    hourly = now
            except StoreError as error:
                _log.warning("nobody looked ahead: %s", error)
            pause = max(0, due - self.evaluator.context.now()) / 1000
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.awaited.wait()
            await asyncio.sleep(GATHER_S)

    async def look_at_agreements(self) -> int | None:
        """Tell of each agreement that ends soon; return when to look again (ms), or None. Raises StoreError."""
        context = self.evaluator.context
        while True:
            marks = await context.store.notice_marks(context.owner, UserNoticeKind.ENDING, AT_ONCE)
            due = [mark for mark in marks if mark.mark <= context.now()]
            if not due:
                return marks[0].mark if marks else None
            known = await context.store.agreements_of(context.owner, [mark.subject for mark in due])
            documents = [agreement.document for agreement in known.values()]
            ends = await evaluate(lambda found=known: self._find_ends(found.values()), *documents)  # type: ignore[misc]
            group: list[Change] = []
            for mark in due:
                group += self._settle(mark, known.get(mark.subject), ends.get(mark.subject))
            await self._commit(group)

    def _find_ends(self, agreements: Sequence[Agreement]) -> dict[str, int]:
        """Return the ends (ms) of the agreements that have one and are not over, by key."""
        found = {one.key: periods.find_period(self.evaluator, one) for one in agreements if one.withdrawn_at is None}
        ends = {key: None if one.over else instants.round_up(one.end) for key, one in found.items()}
        return {key: end for key, end in ends.items() if end is not None}

    def _settle(self, mark: NoticeMark, agreement: Agreement | None, end: int | None) -> list[Change]:
        """Return what follows a mark that is due: a notice, or a later look; or nothing more to look at."""
        drop = DropNoticeMark(mark.owner, mark.kind, mark.subject)
        if agreement is None or end is None:
            return [drop]
        now = self.evaluator.context.now()
        begin = find_warning(agreement.agreed_at, end)
        if begin > now:
            return [PutNoticeMark(msgspec.structs.replace(mark, mark=begin))]
        notice = UserNotice(
            owner=mark.owner,
            kind=UserNoticeKind.ENDING,
            subject=mark.subject,
            occasion=str(end),
            at=now,
            title=self._date("notices.ending-title", end - 1, agreement.title),
            dataset=agreement.dataset,
        )
        return [AddNotice(notice), drop]

    async def look_at_certificate(self) -> None:
        """Tell of the certificate of the listeners if it ends soon. Raises StoreError."""
        context, now = self.evaluator.context, self.evaluator.context.now()
        found = await self.find_certificate()
        if found is None or found.ends_at - now > CERTIFICATE_MS:
            return
        marks = await context.store.notice_marks(context.owner, UserNoticeKind.CERTIFICATE, 1)
        if marks and marks[0].mark == found.ends_at:
            return
        kind = UserNoticeKind.CERTIFICATE
        notice = UserNotice(
            owner=context.owner,
            kind=kind,
            subject="listeners",
            occasion=str(found.ends_at),
            at=now,
            title=self._date("notices.ending-title", found.ends_at, dict.fromkeys(LANGUAGES, found.names)),
        )
        mark = NoticeMark(owner=context.owner, kind=kind, subject=notice.subject, mark=found.ends_at)
        await self._commit([AddNotice(notice), PutNoticeMark(mark)])

    async def look_at_searches(self) -> None:
        """Tell of saved searches with new hits, if anybody wants to be told. Raises StoreError."""
        context, kind = self.evaluator.context, UserNoticeKind.SEARCH
        users = await context.store.users(context.owner)
        if self.find_hits is None or not any(is_wanted(user, kind) for user in users):
            return
        marks = {one.subject: one for one in await context.store.notice_marks(context.owner, kind, MOST_MARKS)}
        try:
            found = await self.find_hits(lambda search: marks[search].mark if search in marks else 0)
        except UseCaseError as error:
            _log.info("the broker was not asked for new hits: %s", error.reason)
            return
        group: list[Change] = []
        for hits in (one for one in found if one.count):
            notice = UserNotice(
                owner=context.owner,
                kind=kind,
                subject=hits.search,
                occasion=str(hits.next),
                at=context.now(),
                title=say_in_all("notices.search-title", count=hits.count, name=hits.name),
            )
            mark = NoticeMark(owner=context.owner, kind=kind, subject=hits.search, mark=hits.next)
            group += [AddNotice(notice), PutNoticeMark(mark)]
        gone = set(marks) - {one.search for one in found}
        group += [DropNoticeMark(context.owner, kind, search) for search in sorted(gone)]
        await self._commit(group)

    def _date(self, key: str, at: int, titles: Mapping[str, str]) -> dict[str, str]:
        """Return a day with a title, by language: the first sign of a title may be all that fits."""
        local = in_zone(moment(at), self.evaluator.library.operands.zone)

        def write(language: Language) -> str:
            title = titles.get(language) or next(filter(None, titles.values()), "") or say(language, "pages.untitled")
            return say(language, key, day=read_grammar(language).write_day(local), title=title)

        return write_in_all(write)

    async def _commit(self, group: Sequence[Change]) -> None:
        if group:
            await self.evaluator.context.store.commit(group)
        if any(isinstance(change, AddNotice) for change in group):
            self.told.set()


def find_warning(agreed_at: int, end: int) -> int:
    """Return when people are told of the end of an agreement: 14 days before, a short one in its last quarter (ms).

    >>> day = 86_400_000
    >>> find_warning(0, 365 * day) // day, find_warning(0, 4 * day) // day
    (351, 3)
    """
    return end - min(AGREEMENT_MS, max(0, end - agreed_at) // 4)
