"""Streams of events: told once for each difference, ended with the session and with the process."""

import asyncio

from connector.controlplane.usecases import users
from connector.ports.changes import PutProcess
from connector.ports.entities import UserRole
from connector.web.frame.visit import PagesDesk
from tests.web.getting import follow, link, make_request
from tests.web.office import Office

STREAM = link("/anfragen/laufend", id="urn:n:own")


async def test_a_stream_ends_with_its_session(office: Office) -> None:
    await office.store.commit([PutProcess(make_request(), None)])
    browser = await office.sign_in(UserRole.CONSUMER)

    async def sign_out() -> None:
        user = await users.find(office.register, "a.kaya")
        await users.sign_out_everywhere(office.register, user)
        office.desk.watch.notify("urn:n:own")

    told = await follow(office, browser, STREAM, sign_out)
    assert [event["last"] for event in told] == [False]


async def test_a_stream_ends_when_the_process_stops(office: Office) -> None:
    await office.store.commit([PutProcess(make_request(), None)])
    browser = await office.sign_in(UserRole.CONSUMER)
    pages: PagesDesk = office.app._pages  # type: ignore[attr-defined]

    async def stop() -> None:
        pages.stopping.set()

    assert len(await follow(office, browser, STREAM, stop)) == 1
    assert pages.streams.count == 0


async def test_a_change_that_shows_nothing_new_is_not_told(office: Office) -> None:
    await office.store.commit([PutProcess(make_request(), None)])
    browser = await office.sign_in(UserRole.CONSUMER)

    async def change_nothing() -> None:
        office.desk.watch.notify("urn:n:own")
        asyncio.get_running_loop().call_soon(office.desk.watch.notify, "urn:n:own")
        asyncio.get_running_loop().call_later(0.05, lambda: asyncio.ensure_future(end()))

    async def end() -> None:
        await office.desk.become("urn:n:own", "TERMINATED", reason="Nein.")

    told = await follow(office, browser, STREAM, change_nothing)
    assert [event["last"] for event in told] == [False, True]
