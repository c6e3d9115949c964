"""The consent register over the client."""

from datetime import UTC, datetime

from connector.client import Connector
from connector.views.consents import ConsentOrder


def test_what_people_said_is_recorded_and_withdrawn(connector: Connector) -> None:
    until = datetime(2027, 1, 1, tzinfo=UTC)
    assert connector.consents.add(ConsentOrder(subject="anna", purpose="dpv:PublicBenefit", until=until)).recorded == 1
    entries = [ConsentOrder(subject=name, purpose="dpv:Marketing") for name in ("bert", "cem")]
    assert connector.consents.record(entries).recorded == 2
    assert [entry.until for entry in connector.consents.lookup("anna").items] == [until]
    assert connector.consents.withdraw("bert").items[0].state.endswith("ConsentWithdrawn")
    assert len(list(connector.consents.all(limit=2))) == 4
