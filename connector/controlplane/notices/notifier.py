"""Tells people what waits for them: woken by commits and by the next time that is due, and by nothing else.

What is told is kept in the store before it is sent, and how far a person was told right after it: a restart loses
nothing, and repeats at most the message that was on its way.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

import msgspec

from connector.controlplane.notices.choosing import choose_notices, find_due
from connector.controlplane.notices.deriving import derive_marks, derive_notices
from connector.controlplane.notices.writing import write_message, write_signed
from connector.ports.changes import AddNotice, Change, DropNotices, PutNoticeMark, PutNoticeReader
from connector.ports.entities import MAIL, WEBHOOK, DataClass, NoticeReader, User, UserNotice
from connector.ports.mailing import Mailer, NotSent, WebhookCaller
from connector.ports.pauses import double_pause
from connector.ports.store import Store
from connector.ports.store_errors import StoreError
from connector.views.users import NoticePace

_log = logging.getLogger(__name__)

MOST_NOTICES, MOST_FAILURES = 1000, 12
KEPT_MS, DAY_MS = 7 * 86_400_000, 86_400_000
RETRY_FIRST_MS, RETRY_MOST_MS = 60_000, 3_600_000
_AGAIN_S, _LONGEST_S = 60.0, 3600.0


class NoticeRule:
    """Notes what people are told in the commit in which it happens. Implements `ports.store.CommitRule`."""

    def __init__(self) -> None:
        self.noted, self.awaited = asyncio.Event(), asyncio.Event()
        self._seats: dict[str, NoticeRule] = {}

    def seat(self, owner: str) -> "NoticeRule":
        """Return the rule whose events are those of one more participant on the store."""
        return self._seats.setdefault(owner, NoticeRule())

    def unseat(self, owner: str) -> None:
        """Forget a participant that has left the process."""
        self._seats.pop(owner, None)

    def extend(self, group: Sequence[Change]) -> Sequence[Change]:
        """Return the notices of a group, and the marks of agreements whose end is to be looked at."""
        return [*derive_notices(group), *derive_marks(group)]

    def note(self, added: Sequence[Change]) -> None:
        """Wake the notifier, and who looks ahead."""
        for change in added:
            if isinstance(change, AddNotice):
                self._seats.get(change.notice.owner, self).noted.set()
            elif isinstance(change, PutNoticeMark):
                self._seats.get(change.mark.owner, self).awaited.set()


@dataclass(kw_only=True)
class Notifier:
    """Tells the users of one participant, named `provider`, by e-mail (with a `mailer`) and by webhooks.

    `pages` returns the address of the pages. `problem` is why no e-mail can be sent at present, else empty.
    """

    owner: str
    store: Store
    now: Callable[[], int]
    zone: tzinfo
    pages: Callable[[], str]
    provider: str
    noted: asyncio.Event
    mailer: Mailer | None
    webhooks: WebhookCaller
    problem: str = ""
    _failures: int = 0
    _rests_until: int = 0

    async def run(self) -> None:
        """Tell people until cancelled."""
        while True:
            self.noted.clear()
            try:
                due = await self.tell_all()
                pause = _LONGEST_S if due is None else max(0.0, (due - self.now()) / 1000)
            except StoreError as error:
                _log.warning("people were not told: %s", error)
                pause = _AGAIN_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(pause, _LONGEST_S)):
                    await self.noted.wait()

    async def tell_all(self) -> int | None:
        """Send what is due; return when the next message is due (ms), or None. Raises StoreError."""
        # Of a flood, the newest: what is before them is removed.
        begin = max(0, await self.store.last_notice(self.owner) - MOST_NOTICES)
        notices = await self.store.notices(self.owner, begin, MOST_NOTICES)
        if not notices:
            return None
        readers = {(reader.user, reader.channel): reader for reader in await self.store.notice_readers(self.owner)}
        classes = await self._find_classes(notices)
        times: list[int] = []
        for user, channel in self._list_channels(await self.store.users(self.owner)):
            known = readers.get((user.name, channel)) or NoticeReader(owner=self.owner, user=user.name, channel=channel)
            waiting = choose_notices(user, notices, classes, known.told)
            if not waiting:
                continue
            due = max(find_due(user, known, waiting[0], self.zone), self._rests_until if channel == MAIL else 0)
            if due <= self.now():
                due = await self._tell(user, known, waiting, notices[-1].number)
            if due > self.now():
                times.append(due)
        await self._drop_told(notices, begin)
        return min(times, default=None)

    def _list_channels(self, users: Sequence[User]) -> Iterator[tuple[User, str]]:
        """Yield each user with the channels on which the person wants to be told."""
        for user in users:
            if user.disabled_at is not None or user.pace is NoticePace.NEVER:
                continue
            if user.email and self.mailer:
                yield user, MAIL
            if user.webhook:
                yield user, WEBHOOK

    async def _find_classes(self, notices: Sequence[UserNotice]) -> Mapping[str, DataClass]:
        assets = await self.store.assets_of(self.owner, sorted({notice.dataset for notice in notices}))
        return {name: asset.data_class for name, asset in assets.items()}

    async def _tell(self, user: User, reader: NoticeReader, waiting: Sequence[UserNotice], last: int) -> int:
        """Send one message, and keep how far the user was told, or why not; return when to try again, 0 for never."""
        try:
            await self._send(user, reader.channel, waiting)
        except NotSent as error:
            _log.warning("a message was not sent: %s", error.reason, extra={"user": user.name})
            if error.all_fail:
                self._rest(error.reason)
                return self._rests_until
            kept = self._fail(reader, error.reason, last)
        else:
            kept = msgspec.structs.replace(reader, told=last, sent_at=self.now(), failures=0, retry_at=0, problem="")
            if reader.channel == MAIL:
                self.problem, self._failures, self._rests_until = "", 0, 0
        await self.store.commit([PutNoticeReader(kept)])
        return kept.retry_at if kept.told < last else 0

    async def _send(self, user: User, channel: str, waiting: Sequence[UserNotice]) -> None:
        # The time too: after a store was restored from a backup, its numbers are given again.
        key = f"{user.name}-{waiting[-1].number}-{waiting[-1].at}"
        if channel == MAIL and self.mailer:
            message = write_message(user, waiting, pages=self.pages(), provider=self.provider)
            await self.mailer.send(user.email, message.subject, message.text, key)
        else:
            signed = write_signed(user, waiting, pages=self.pages(), key=key, now=self.now())
            await self.webhooks.call(user.webhook, signed)

    def _rest(self, reason: str) -> None:
        """Let all e-mails wait: the next one would fail as this one did."""
        self._failures += 1
        self.problem = reason
        self._rests_until = self.now() + double_pause(RETRY_FIRST_MS, self._failures, RETRY_MOST_MS)

    def _fail(self, reader: NoticeReader, reason: str, last: int) -> NoticeReader:
        """Return the reader after a failure of its own; after many, what waited is given up."""
        failures = reader.failures + 1
        retry_at = self.now() + double_pause(RETRY_FIRST_MS, failures, RETRY_MOST_MS)
        failed = msgspec.structs.replace(reader, failures=failures, retry_at=retry_at, problem=reason)
        return msgspec.structs.replace(failed, told=last, failures=0) if failures >= MOST_FAILURES else failed

    async def _drop_told(self, notices: Sequence[UserNotice], begin: int) -> None:
        """Remove what is older than a day and told to all, what is older than a week, and all up to `begin`."""
        old = [notice.number for notice in notices if notice.at < self.now() - KEPT_MS]
        readers = [reader.told for reader in await self.store.notice_readers(self.owner)]
        until = max([min(readers, default=0), *old])
        flooded = begin > 0 and (await self.store.notices(self.owner, 0, 1))[0].number <= begin
        if flooded or (notices[0].number <= until and notices[0].at < self.now() - DAY_MS):
            await self.store.commit([DropNotices(self.owner, until, self.now() - DAY_MS, MOST_NOTICES)])
