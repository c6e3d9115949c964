"""The search over the client."""

from connector.client import Connector
from connector.views.search import HitView
from tests.support.plane import CITY, Desk


def test_a_search_gives_hits(connector: Connector, desk: Desk) -> None:
    hits = connector.search("Luft", theme="ENVI")
    assert (hits.items[0], hits.total) == (HitView(participant=CITY, id="urn:dataset:air"), 1)
    assert desk.searched[0]["theme"] == ["ENVI"]
