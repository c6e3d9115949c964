"""The commands of docs/broker.md, as they stand, against an open broker."""

import asyncio
import os
from pathlib import Path

import pytest

from connector.api.portals.mounting import add_portals
from connector.app.listeners import Listeners
from connector.broker.graphing import catch_up, name_layout
from connector.store.graph.graph import open_graph
from tests.api.portals.conftest import SiteWorld
from tests.broker.describing.published import SITE
from tests.docs.pages import marked

EXPECTED = {
    "read": ("dcat:Dataset", "http://www.w3.org/ns/dcat#Dataset", "<rdf:RDF", "as:Create", "<feed", "<sitemapindex"),
    "ckan": ('"success":true', '"count":3', '"package_count":2'),
    "sparql": ("publisher,datasets", "Umweltamt,1"),
}


@pytest.mark.parametrize("step", EXPECTED)
async def test_the_commands_of_the_page_run(step: str, tmp_path: Path) -> None:
    world = SiteWorld(is_open=True)
    await world.crawl()
    graph = open_graph(tmp_path / "record.graph", name_layout(SITE))
    await catch_up(world.record, graph, SITE, await graph.read_position())
    add_portals(world.app, SITE, graph)
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
