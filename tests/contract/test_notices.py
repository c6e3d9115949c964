"""What every store does with what people are told."""

from msgspec.structs import replace

from connector.ports import changes
from connector.ports.entities import NoticeMark, NoticeReader
from connector.ports.store import Store
from connector.views.users import UserNoticeKind
from tests.contract.values import OWNER
from tests.controlplane.notices.made import make_notice


async def test_notices_get_numbers_that_grow_and_are_noted_once(store: Store) -> None:
    first, second = make_notice(1, number=0), make_notice(2, number=0)
    await store.commit([changes.AddNotice(first), changes.AddNotice(second), changes.AddNotice(first)])
    await store.commit([changes.AddNotice(replace(first, owner="other"))])
    one, two = await store.notices(OWNER, 0, 9)
    assert [replace(notice, number=0) for notice in (one, two)] == [first, second]
    assert 0 < one.number < two.number == await store.last_notice(OWNER)
    assert await store.notices(OWNER, one.number, 9) == [two]
    assert await store.notices(OWNER, 0, 1) == [one]
    assert await store.last_notice("nobody") == 0


async def test_old_notices_that_were_told_are_removed_and_too_many_too(store: Store) -> None:
    await store.commit([changes.AddNotice(make_notice(number, at=number, number=0)) for number in range(1, 6)])
    numbers = [notice.number for notice in await store.notices(OWNER, 0, 9)]
    await store.commit([changes.DropNotices(OWNER, numbers[2], 3, 100)])
    assert [notice.at for notice in await store.notices(OWNER, 0, 9)] == [3, 4, 5]
    await store.commit([changes.DropNotices(OWNER, 0, 0, 2)])
    assert [notice.at for notice in await store.notices(OWNER, 0, 9)] == [4, 5]
    await store.commit([changes.AddNotice(make_notice(9, number=0))])
    assert await store.last_notice(OWNER) > numbers[-1]


async def test_a_reader_is_replaced(store: Store) -> None:
    mail = NoticeReader(owner=OWNER, user="b", channel="mail", told=1)
    hook, other = replace(mail, channel="webhook"), replace(mail, user="a")
    await store.commit([changes.PutNoticeReader(entry) for entry in (mail, hook, other)])
    later = replace(mail, told=2, problem="refused")
    await store.commit([changes.PutNoticeReader(later)])
    assert list(await store.notice_readers(OWNER)) == [other, later, hook]


async def test_marks_are_replaced_and_listed_by_kind_with_the_lowest_first(store: Store) -> None:
    late, soon = (NoticeMark(owner=OWNER, kind=UserNoticeKind.ENDING, subject=f"urn:{at}", mark=at) for at in (9, 3))
    search, other = replace(late, kind=UserNoticeKind.SEARCH), replace(soon, owner="other")
    await store.commit([changes.PutNoticeMark(mark) for mark in (late, soon, search, other)])
    assert list(await store.notice_marks(OWNER, UserNoticeKind.ENDING, 9)) == [soon, late]
    assert list(await store.notice_marks(OWNER, UserNoticeKind.ENDING, 1)) == [soon]
    await store.commit([changes.PutNoticeMark(replace(late, mark=1))])
    await store.commit([changes.DropNoticeMark(OWNER, UserNoticeKind.ENDING, soon.subject)])
    assert list(await store.notice_marks(OWNER, UserNoticeKind.ENDING, 9)) == [replace(late, mark=1)]
    assert list(await store.notice_marks(OWNER, UserNoticeKind.SEARCH, 9)) == [search]
