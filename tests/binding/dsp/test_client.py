"""What the client makes of answers that are no catalogue."""

from functools import partial

from aiohttp import web

from connector.binding.dsp.client import HttpPeer, judge_answer
from connector.net.client import Response
from connector.ports.peer import CatalogPage, InDoubt, Refused
from connector.protocol.dsp.catalog import make_catalog
from connector.protocol.dsp.common import add_context
from tests.interop.ours import MockIdentity
from tests.net.servers import NAME, client, served


def test_an_answer_of_another_program_is_named_as_such() -> None:
    told = "No connector answered at its address, but something else (status {})"
    broken = judge_answer(Response(501, {}, b"<html>"))
    assert isinstance(broken, InDoubt)
    assert (broken.reason, broken.status) == (told.format(501), 501)
    missing = judge_answer(Response(404, {}, b"<html>"))
    assert isinstance(missing, Refused)
    assert (missing.reason, missing.stray) == (told.format(404), True)


async def test_a_page_that_is_as_it_was_is_returned_unread() -> None:
    body = add_context(make_catalog("urn:city#catalog", "urn:city", services=[], datasets=[]))
    following = 2

    async def handler(_: web.Request) -> web.Response:
        link = f'<http://{NAME}:{port}/dsp/catalog/request?page={following}>; rel="next"'
        return web.Response(body=body, content_type="application/json", headers={"Link": link})

    async with served(handler) as port, client() as net:
        fetch = partial(
            HttpPeer(net, MockIdentity("urn:broker")).fetch_catalog, "urn:city", f"http://{NAME}:{port}/dsp"
        )
        first = await fetch()
        assert isinstance(first, CatalogPage)
        assert (first.participant_id, first.same) == ("urn:city", False)
        again = await fetch(known=first.raw)
        assert isinstance(again, CatalogPage)
        assert (again.same, again.raw, again.next_url, again.size) == (True, first.raw, first.next_url, first.size)
        following = 3
        moved = await fetch(known=first.raw)
        assert isinstance(moved, CatalogPage)
        assert (moved.participant_id, moved.same) == ("urn:city", False)
