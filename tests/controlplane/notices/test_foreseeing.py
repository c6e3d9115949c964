"""What people are told that no commit brings, each once."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from connector.controlplane.core.errors import PeerFailed
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.notices.foreseeing import CERTIFICATE_MS, EndingCertificate, Foresight, FoundHits
from connector.controlplane.notices.notifier import NoticeRule
from connector.ports.changes import DropNotices, PutUser, WithdrawAgreement
from connector.ports.entities import UserNotice, UserRole
from connector.store.memory.store import MemoryStore
from connector.views.users import NoticePace, UserNoticeKind
from tests.controlplane.agreements import DAY, USE, Clock, conclude, provider, within
from tests.controlplane.notices.made import make_user
from tests.support.plane import NOW, OWNER, Desk
from tests.support.rooms import Rooms


class Ahead:
    """A desk whose people are told, with a clock, a certificate and a broker that a test sets."""

    def __init__(self, desk: Desk) -> None:
        self.clock, self.rule = Clock(), NoticeRule()
        self.store = MemoryStore(rule=self.rule)
        self.rooms: Rooms = provider(desk.rooms, self.clock, store=self.store)
        self.certificate: EndingCertificate | None = None
        self.hits: list[FoundHits] = []
        self.failing = False
        self.asked: list[int] = []
        self.foresight = self.start()

    def start(self) -> Foresight:
        """What a process has after its start."""
        evaluator: Evaluator = self.rooms.evaluator
        return Foresight(
            evaluator=evaluator, awaited=self.rule.awaited, told=self.rule.noted,
            find_certificate=self.find_certificate, find_hits=self.find_hits,
        )  # fmt: skip

    async def find_certificate(self) -> EndingCertificate | None:
        return self.certificate

    async def find_hits(self, find_told: Callable[[str], int]) -> Sequence[FoundHits]:
        if self.failing:
            raise PeerFailed("broker", "The broker cannot be reached.")
        self.asked.append(find_told("urn:s:1"))
        return self.hits

    async def notices(self) -> list[UserNotice]:
        return list(await self.store.notices(OWNER, 0, 99))


@pytest.fixture
def ahead(desk: Desk) -> Ahead:
    return Ahead(desk)


def lasting(days: int) -> dict[str, object]:
    return {"permission": [{**USE, "constraint": [within(days)]}]}


async def test_an_agreement_is_told_of_once_before_it_ends_also_after_a_restart(ahead: Ahead) -> None:
    await conclude(ahead.rooms, **lasting(100))
    assert ahead.rule.awaited.is_set()
    due = await ahead.foresight.look_at_agreements()
    assert due is not None
    assert (due - NOW) // DAY == 86
    assert await ahead.notices() == []
    ahead.clock.ms = due
    assert await ahead.start().look_at_agreements() is None
    (notice,) = await ahead.notices()
    assert (notice.kind, notice.at) == (UserNoticeKind.ENDING, due)
    assert notice.title["de"].startswith("4. März 2026: ")
    assert ahead.rule.noted.is_set()
    await ahead.store.commit([DropNotices(OWNER, notice.number, due + 1, 99)])
    ahead.clock.ms += DAY
    assert await ahead.start().look_at_agreements() is None
    assert await ahead.notices() == []


async def test_a_short_agreement_is_told_of_in_its_last_quarter(ahead: Ahead) -> None:
    await conclude(ahead.rooms, **lasting(4))
    due = await ahead.foresight.look_at_agreements()
    assert due is not None
    assert (due - NOW) // DAY == 3


async def test_an_agreement_without_an_end_or_that_is_over_is_looked_at_no_more(ahead: Ahead) -> None:
    await conclude(ahead.rooms, permission=[USE])
    over = await conclude(ahead.rooms, id="urn:a:over", **lasting(100))
    withdrawn = await conclude(ahead.rooms, id="urn:a:withdrawn", **lasting(100))
    await ahead.foresight.look_at_agreements()
    await ahead.store.commit([WithdrawAgreement(OWNER, withdrawn.key, NOW, "")])
    ahead.clock.ms += 200 * DAY
    assert await ahead.foresight.look_at_agreements() is None
    assert await ahead.notices() == []
    assert over.withdrawn_at is None


async def test_more_agreements_than_are_read_at_once_are_all_looked_at(ahead: Ahead) -> None:
    for at in range(205):
        await conclude(ahead.rooms, id=f"urn:a:{at}", **lasting(100))
    await ahead.foresight.look_at_agreements()
    ahead.clock.ms += 90 * DAY
    await ahead.foresight.look_at_agreements()
    assert len(await ahead.notices()) == 99
    assert await ahead.store.notice_marks(OWNER, UserNoticeKind.ENDING, 9) == []


async def test_a_certificate_is_told_of_once_and_the_next_one_again(ahead: Ahead) -> None:
    ahead.certificate = EndingCertificate("city.example", NOW + CERTIFICATE_MS + 1)
    await ahead.foresight.look_at_certificate()
    assert await ahead.notices() == []
    ahead.clock.ms += DAY
    for _ in range(3):
        await ahead.start().look_at_certificate()
    (notice,) = await ahead.notices()
    assert notice.title["en"].endswith(": city.example")
    ahead.certificate = EndingCertificate("city.example", ahead.clock.ms + DAY)
    await ahead.foresight.look_at_certificate()
    assert len(await ahead.notices()) == 2


async def test_new_hits_are_told_once_and_asked_for_from_there_on(ahead: Ahead) -> None:
    await ahead.store.commit([PutUser(make_user("a", UserRole.CONSUMER), None)])
    ahead.hits = [FoundHits(search="urn:s:1", name="Bäume", count=3, next=17)]
    await ahead.foresight.look_at_searches()
    ahead.hits = [replace(ahead.hits[0], count=0)]
    await ahead.foresight.look_at_searches()
    (notice,) = await ahead.notices()
    assert (notice.kind, notice.subject, notice.title["de"]) == (UserNoticeKind.SEARCH, "urn:s:1", "Bäume (neu: 3)")
    assert ahead.asked == [0, 17]
    ahead.hits = []
    await ahead.foresight.look_at_searches()
    assert await ahead.store.notice_marks(OWNER, UserNoticeKind.SEARCH, 9) == []


async def test_the_broker_is_not_asked_for_nobody_and_its_failure_is_none_of_ours(ahead: Ahead) -> None:
    await ahead.foresight.look_at_searches()
    silent = make_user("a", UserRole.CONSUMER, pace=NoticePace.NEVER)
    await ahead.store.commit([PutUser(silent, None)])
    await ahead.foresight.look_at_searches()
    assert ahead.asked == []
    await ahead.store.commit([PutUser(make_user("b", UserRole.CONSUMER), None)])
    ahead.failing = True
    await ahead.foresight.look_at_searches()
    assert await ahead.notices() == []


async def test_the_task_is_woken_by_an_agreement_that_ends_soon(ahead: Ahead) -> None:
    task = asyncio.create_task(ahead.foresight.run())
    try:
        await asyncio.sleep(0)
        agreement = await conclude(ahead.rooms, **lasting(4))
        ahead.clock.ms += DAY * 7 // 2
        ahead.rule.awaited.set()
        async with asyncio.timeout(10):
            await ahead.rule.noted.wait()
        assert [notice.subject for notice in await ahead.notices()] == [agreement.key]
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
