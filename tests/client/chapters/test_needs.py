"""Needs over the client."""

from connector.client import Connector
from connector.views.needs import NeedOrder, NeedState
from tests.support.plane import Desk


def test_needs_are_posted_and_listed(connector: Connector, desk: Desk) -> None:
    assert connector.needs.add(NeedOrder(question="How many bicycles pass?")).state is NeedState.OPEN
    assert [need.id for need in connector.needs.all(mine=True)] == ["urn:need:1"]
    assert [match.score for match in connector.needs.matches("urn:need:1")] == [0.9]
    assert desk.searched[-1]["path"] == "needs/urn%3Aneed%3A1/matches"
