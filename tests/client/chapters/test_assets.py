"""Assets over the client."""

from datetime import UTC, datetime

from connector.client import Connector
from connector.views.assets import DataClass
from tests.client.calls import draft


def test_an_asset_is_published_and_found_again(connector: Connector) -> None:
    drafted = connector.assets.add(
        draft(id="urn:a/b c", description={"en": "Air"}, data_class=DataClass.OPEN, licence="cc-zero")
    )
    assert (drafted.status, drafted.title) == ("draft", {"de": "Luft"})
    assert connector.assets.publish("urn:a/b c", release=True).status == "published"
    assert connector.assets.show("urn:a/b c").created_at == datetime(2025, 11, 24, 16, tzinfo=UTC)
    withdrawn = connector.assets.withdraw("urn:a/b c")
    assert (withdrawn.asset.status, withdrawn.agreements, withdrawn.running) == ("withdrawn", 0, 0)
    assert connector.oneself().scopes == ("admin", "read", "write")
