"""The users of the pages over the client."""

from connector.client import Connector
from connector.views.users import UserRole


def test_a_user_is_added_and_disabled(connector: Connector) -> None:
    invited = connector.users.add("a.kaya", "Aylin Kaya", [UserRole.AUDITOR])
    assert connector.users.list() == (invited.user,)
    assert connector.users.reset("a.kaya").link != invited.link
    assert connector.users.disable("a.kaya").disabled_at
