"""The addresses of the pages of sources are ones: each is checked by its kind, and that of SQLite is read."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.backends.notices import Notices
from connector.dataplane.kinds import SOURCES, Site, build_streams
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.own.brokers import Brokers
from tests.dataplane.world import LOOPBACK
from tests.docs.pages import Block, marked, read

PAGES = ("docs/sources.md", "docs/portals.md")
BLOCKS = {name: block for page in PAGES for name, block in marked(page, "source").items()}

STREAMED = marked("docs/streams.md", "source")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    with closing(sqlite3.connect(tmp_path / "city.sqlite")) as database:
        database.execute("CREATE TABLE trees (id INTEGER, street TEXT, planted TEXT, note TEXT)")
        database.execute("INSERT INTO trees VALUES (1, 'Ring', '2026-05-01', 'kept back')")
        database.commit()
    transport = SocketTransport(LOOPBACK)
    yield Site(
        tmp_path,
        tmp_path,
        GuardedClient(LOOPBACK, transport),
        secrets=lambda *_: "x",
        brokers=Brokers(LOOPBACK, read=refuse_secret),
        notices=Notices("https://data.city.example"),
    )
    await transport.close()


@pytest.mark.parametrize("block", BLOCKS.values(), ids=list(BLOCKS))
async def test_every_address_that_is_shown_is_one(site: Site, block: Block) -> None:
    address = json.loads(block.text)
    SOURCES[address["kind"]](site).check(address)


@pytest.mark.parametrize("block", STREAMED.values(), ids=list(STREAMED))
async def test_every_address_of_a_stream_that_is_shown_is_one(site: Site, block: Block) -> None:
    address = json.loads(block.text)
    build_streams(site)[address["kind"]]().check(address)


async def test_the_table_that_is_shown_is_read(site: Site) -> None:
    async with SOURCES["sql"](site).open(json.loads(BLOCKS["sqlite"].text)) as content:
        assert b"".join([chunk async for chunk in content.chunks]) == b"id,street,planted\r\n1,Ring,2026-05-01\r\n"


def test_the_page_has_every_kind() -> None:
    assert all(f"| `{kind}` |" in read(PAGES[0]) for kind in SOURCES)
