"""Data protection over the client."""

import pytest

from connector.client import Connector
from connector.client.frame.errors import NotFound


def test_nothing_is_processed_and_nothing_is_late_at_first(connector: Connector) -> None:
    assert list(connector.privacy.all_processing()) == []
    assert list(connector.privacy.all_late_duties()) == []


def test_a_veto_is_for_an_asset_that_exists(connector: Connector) -> None:
    with pytest.raises(NotFound):
        connector.privacy.veto("urn:nowhere", "No.")
    with pytest.raises(NotFound):
        connector.privacy.lift("urn:nowhere")
