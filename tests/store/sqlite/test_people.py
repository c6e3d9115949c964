"""What the SQLite store knows of people, over its end; `tests/contract` has what every store does."""

from pathlib import Path

from connector.ports.changes import AddNotice, DropNotices, PutNoticeReader, PutUser
from connector.ports.entities import NoticeReader
from connector.store.sqlite.people import SqlitePeople
from connector.store.sqlite.store import open_store
from tests.controlplane.notices.made import make_notice, make_user
from tests.support.plane import OWNER


async def test_who_is_told_and_how_far_outlasts_the_store(tmp_path: Path) -> None:
    reader = NoticeReader(owner=OWNER, user="a.kaya", channel="mail", told=1, problem="refused")
    user = make_user(webhook="https://hook.example/x", webhook_secret="whsec_YQ==")
    store = await open_store(tmp_path / "store.db")
    assert isinstance(store, SqlitePeople)
    await store.commit([PutUser(user, None), AddNotice(make_notice(1, number=0)), PutNoticeReader(reader)])
    await store.close()
    again = await open_store(tmp_path / "store.db")
    assert await again.user(OWNER, "a.kaya") == user
    assert await again.notice_readers(OWNER) == [reader]
    assert [notice.subject for notice in await again.notices(OWNER, 0, 9)] == ["urn:n:1"]
    await again.close()


async def test_the_number_of_a_removed_notice_is_never_given_again(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "store.db")
    await store.commit([AddNotice(make_notice(1, number=0)), DropNotices(OWNER, 1, 2**62, 100)])
    assert await store.last_notice(OWNER) == 0
    await store.close()
    again = await open_store(tmp_path / "store.db")
    await again.commit([AddNotice(make_notice(2, number=0))])
    assert await again.last_notice(OWNER) == 2
    await again.close()
