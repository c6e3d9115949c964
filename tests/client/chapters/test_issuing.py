"""The issuer over the client."""

import asyncio

import msgspec

from connector.client import Connector
from connector.views.credentials import CredentialStanding
from connector.views.issuing import RequestState
from tests.identity.dcp.places import FIRM
from tests.support.issuing import found_issuer
from tests.support.plane import Desk


def test_credentials_are_issued_listed_and_ended(connector: Connector, desk: Desk) -> None:
    desk.app.state.desk = msgspec.structs.replace(desk.values, issuing=asyncio.run(found_issuer()).service)
    (made,) = connector.issuing.issue(FIRM, ["UtilityCredential"], profiles=["vc11-sl2021/jwt"])
    assert [row.id for row in connector.issuing.all(holder=FIRM)] == [made.id]
    assert connector.issuing.suspend(made.id).standing is CredentialStanding.SUSPENDED
    assert connector.issuing.reinstate(made.id).standing is CredentialStanding.VALID
    assert connector.issuing.revoke(made.id, reason="It has left.").reason == "It has left."
    offered = connector.issuing.offer(FIRM, ["UtilityCredential"])
    assert [row.id for row in connector.issuing.all_requests(state="offered")] == [offered.id]
    assert connector.issuing.send(offered.id).state is RequestState.OFFERED
