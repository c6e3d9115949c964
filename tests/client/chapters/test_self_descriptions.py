"""Self-descriptions over the client."""

import pytest

from connector.client import Connector, InvalidRequest
from connector.protocol.credential import DescriptionKind
from connector.views.assets import AssetOrder


def test_an_asset_is_described_and_its_description_checked(connector: Connector) -> None:
    asset = connector.assets.add(AssetOrder(title={"de": "Luft"}, source={"kind": "file", "path": "air.csv"}))
    connector.assets.publish(asset.id)
    found = connector.descriptions.show(asset.id)
    assert (found.kind, found.subject) == (DescriptionKind.DATASET, asset.id)
    assert connector.descriptions.show(asset.id, offering=True).kind is DescriptionKind.OFFERING
    assert connector.descriptions.check(found.credential).problem is None
    with pytest.raises(InvalidRequest):
        connector.descriptions.check(found.credential[:-4] + "AAAA")
