"""The commands of docs/broker.md, as they stand, against an open broker."""

import asyncio
import os
from pathlib import Path

import pytest

from connector.api.portal.frame import PortalDesk
from connector.api.portal.mounting import add_portal
from connector.app.listeners import Listeners
from connector.broker.graphing import catch_up, name_layout
from connector.store.graph.graph import open_graph
from tests.api.portal.conftest import PortalWorld
from tests.broker.describing.published import PORTAL
from tests.docs.pages import marked

EXPECTED = {
    "read": ("dcat:Dataset", "http://www.w3.org/ns/dcat#Dataset", "<rdf:RDF", "as:Create", "<feed", "<sitemapindex"),
    "ckan": ('"success":true', '"count":3', '"package_count":2'),
    "sparql": ("publisher,datasets", "Umweltamt,1"),
}


@pytest.mark.parametrize("step", EXPECTED)
async def test_the_commands_of_the_page_run(step: str, tmp_path: Path) -> None:
    world = PortalWorld(is_open=True)
    await world.crawl()
    graph = open_graph(tmp_path / "record.graph", name_layout(PORTAL))
    await catch_up(world.record, graph, PORTAL, await graph.read_position())
    add_portal(world.app, PortalDesk(record=world.record, portal=PORTAL), graph)
    listeners = Listeners()
    await listeners.open_asgi("broker", world.app, "127.0.0.1", 0, public=False)
    try:
        process = await asyncio.create_subprocess_exec(
            *("bash", "-e", "-o", "pipefail", "-c", marked("docs/broker.md", "broker")[step].text),
            env=os.environ | {"BROKER": listeners.addresses["broker"], "NO_PROXY": "*"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    finally:
        await listeners.close()
        await graph.close()
    said = output.decode()
    assert process.returncode == 0, said
    for words in EXPECTED[step]:
        assert words in said, words
