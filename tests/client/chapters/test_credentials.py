"""Credentials over the client."""

import asyncio

import msgspec
import pytest

from connector.client import Connector
from connector.client.frame.errors import ClientError
from tests.support.holding import hold, member
from tests.support.plane import Desk


def test_a_credential_comes_and_goes(connector: Connector, desk: Desk) -> None:
    firm = asyncio.run(hold())
    desk.app.state.desk = msgspec.structs.replace(desk.values, credentials=firm.service)
    added = connector.credentials.add(member())
    assert [held.key for held in connector.credentials.list()] == [added.key]
    assert connector.credentials.show(added.key).claims == {"role": ["company"]}
    assert connector.credentials.issuances() == ()
    connector.credentials.remove(added.key)
    with pytest.raises(ClientError, match="No such credential"):
        connector.credentials.show(added.key)
