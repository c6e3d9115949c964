"""The notifier: woken by commits, each message once, failures with growing pauses."""

import asyncio
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from connector.controlplane.notices.notifier import MOST_FAILURES, MOST_NOTICES, NoticeRule, Notifier
from connector.ports.changes import AddNotice, PutHold, PutNoticeReader, PutProcess, PutUser
from connector.ports.entities import Hold, NoticeReader, User
from connector.ports.mailing import NotSent
from connector.protocol.dsp.common import Role
from connector.protocol.webhooks import SignedMessage, write_secret
from connector.store.memory.store import MemoryStore
from connector.views.users import NoticePace
from tests.contract import values
from tests.controlplane.notices.made import make_notice, make_user
from tests.support.plane import NOW, OWNER

HOUR, DAY = 3_600_000, 86_400_000


class Sender:
    """Takes messages, or fails as it is told; `sent` are their receivers with the subject."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.keys: list[str] = []
        self.failure: NotSent | None = None
        self.tried = 0
        self.heard = asyncio.Event()

    async def send(self, to: str, subject: str, text: str, key: str) -> None:
        self.tried += 1
        self.keys.append(key)
        if self.failure:
            raise self.failure
        self.sent.append((to, subject))
        self.heard.set()

    async def call(self, url: str, message: SignedMessage) -> None:
        await self.send(url, "", message.body.decode(), message.headers["webhook-id"])


class Office:
    """A store with a rule, a notifier, and a clock."""

    def __init__(self) -> None:
        self.now, self.rule, self.sender = NOW, NoticeRule(), Sender()
        self.store = MemoryStore(rule=self.rule)
        self.notifier = self.start()

    def start(self) -> Notifier:
        """A notifier, as a process has one after its start."""
        return Notifier(
            owner=OWNER, store=self.store, now=lambda: self.now, zone=ZoneInfo("Europe/Berlin"),
            pages=lambda: "https://pages.example", provider="Tiefbauamt", noted=self.rule.noted, mailer=self.sender,
            webhooks=self.sender,
        )  # fmt: skip

    async def add(self, *users: User) -> None:
        await self.store.commit([PutUser(user, None) for user in users])

    async def note(self, number: int = 1) -> None:
        await self.store.commit([AddNotice(make_notice(number, at=self.now))])

    async def reader(self, user: str = "a.kaya", channel: str = "mail") -> NoticeReader:
        readers = await self.store.notice_readers(OWNER)
        return next(reader for reader in readers if (reader.user, reader.channel) == (user, channel))


@pytest.fixture
async def office() -> Office:
    return Office()


async def test_several_are_collected_and_told_once_also_after_a_restart(office: Office) -> None:
    await office.add(make_user())
    await office.note(1)
    await office.note(2)
    assert await office.notifier.tell_all() == NOW + 300_000
    assert not office.sender.sent
    office.now += 300_000
    assert await office.notifier.tell_all() is None
    assert office.sender.sent == [("a.kaya@city.example", "2 Nachrichten warten auf Sie")]
    assert await office.start().tell_all() is None
    assert len(office.sender.sent) == 1
    await office.note(3)
    assert await office.notifier.tell_all() == NOW + 300_000 + HOUR


async def test_who_is_disabled_or_wants_nothing_or_has_no_address_is_not_told(office: Office) -> None:
    await office.add(
        make_user("off", disabled_at=1, pace=NoticePace.AT_ONCE), make_user("never", pace=NoticePace.NEVER),
        values_without_address("none"),
    )  # fmt: skip
    await office.note()
    assert await office.notifier.tell_all() is None
    assert not office.sender.tried


def values_without_address(name: str) -> User:
    from msgspec.structs import replace

    return replace(make_user(name, pace=NoticePace.AT_ONCE), email="")


async def test_a_webhook_is_told_beside_the_mail(office: Office) -> None:
    await office.add(
        make_user(pace=NoticePace.AT_ONCE, webhook="https://hook.example/x", webhook_secret=write_secret(b"s"))
    )
    await office.note()
    await office.notifier.tell_all()
    assert [to for to, _ in office.sender.sent] == ["a.kaya@city.example", "https://hook.example/x"]


async def test_a_server_that_fails_lets_all_wait_longer_each_time_and_loses_nothing(office: Office) -> None:
    await office.add(make_user("a", pace=NoticePace.AT_ONCE), make_user("b", pace=NoticePace.AT_ONCE))
    await office.note()
    office.sender.failure = NotSent("The mail server is away.", all_fail=True)
    pauses = []
    for _ in range(8):
        due = await office.notifier.tell_all()
        assert due is not None
        pauses.append((due - office.now) // 60_000)
        office.now = due
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert office.sender.tried == 8
    assert office.notifier.problem == "The mail server is away."
    office.sender.failure = None
    assert await office.notifier.tell_all() is None
    assert len(office.sender.sent) == 2
    assert office.notifier.problem == ""


async def test_an_address_that_is_refused_does_not_keep_others_waiting_and_is_given_up(office: Office) -> None:
    await office.add(make_user(pace=NoticePace.AT_ONCE))
    await office.note()
    office.sender.failure = NotSent("The address is refused.")
    tries = 0
    while (due := await office.notifier.tell_all()) is not None:
        office.now, tries = due, tries + 1
    assert tries == MOST_FAILURES - 1
    reader = await office.reader()
    assert (reader.problem, reader.failures, reader.told) == ("The address is refused.", 0, 1)
    office.sender.failure = None
    await office.note(2)
    office.now += HOUR
    await office.notifier.tell_all()
    assert (await office.reader()).problem == ""


async def test_a_message_that_was_on_its_way_is_repeated_with_the_same_key(office: Office, monkeypatch) -> None:
    """The process ends between the sending and its note."""
    await office.add(make_user(pace=NoticePace.AT_ONCE))
    await office.note()
    commit: Callable[..., object] = office.store.commit

    async def end(group: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(office.store, "commit", end)
    with pytest.raises(asyncio.CancelledError):
        await office.notifier.tell_all()
    monkeypatch.setattr(office.store, "commit", commit)
    await office.start().tell_all()
    await office.start().tell_all()
    assert len(office.sender.keys) == 2
    assert len(set(office.sender.keys)) == 1


async def test_what_everybody_was_told_is_removed_after_a_day_and_the_rest_after_a_week(office: Office) -> None:
    await office.add(make_user(pace=NoticePace.AT_ONCE))
    await office.note(1)
    await office.notifier.tell_all()
    office.now += DAY + 1
    await office.note(2)
    await office.notifier.tell_all()
    assert [notice.subject for notice in await office.store.notices(OWNER, 0, 9)] == ["urn:n:2"]
    await office.store.commit([PutNoticeReader(NoticeReader(owner=OWNER, user="slow", channel="mail"))])
    office.now += 7 * DAY + 1
    await office.note(3)
    await office.notifier.tell_all()
    assert [notice.subject for notice in await office.store.notices(OWNER, 0, 9)] == ["urn:n:3"]


async def test_a_flood_keeps_nobody_from_what_comes_after_it(office: Office) -> None:
    await office.add(make_user(pace=NoticePace.AT_ONCE))
    await office.store.commit([AddNotice(make_notice(number, at=NOW)) for number in range(1, MOST_NOTICES + 9)])
    await office.notifier.tell_all()
    assert office.sender.sent == [("a.kaya@city.example", "1.000 Nachrichten warten auf Sie")]
    assert len(await office.store.notices(OWNER, 0, 2 * MOST_NOTICES)) == MOST_NOTICES
    office.now += HOUR
    await office.note(2 * MOST_NOTICES)
    assert await office.notifier.tell_all() is None
    assert office.sender.sent[1:] == [("a.kaya@city.example", "Anfrage wartet: Baustellen")]


async def test_a_commit_wakes_the_notifier(office: Office) -> None:
    await office.add(make_user(pace=NoticePace.AT_ONCE))
    running = asyncio.create_task(office.notifier.run())
    await asyncio.sleep(0)
    process = values.negotiation("urn:n:1", role=Role.PROVIDER, held=True)
    hold = Hold(
        owner=OWNER, process_id="urn:n:1", process_kind="negotiation", reason="r", who="provider", created_at=NOW,
        title={"de": "Bäume"},
    )  # fmt: skip
    await office.store.commit([PutProcess(process, None), PutHold(hold)])
    async with asyncio.timeout(10):
        await office.sender.heard.wait()
    running.cancel()
    assert office.sender.sent == [("a.kaya@city.example", "Anfrage wartet: Bäume")]
