"""Each kind of source that a form can describe does so."""

from connector.dataplane.addresses import ADDRESSES, describe_addresses
from connector.dataplane.kinds import SOURCES


def test_all_kinds_but_those_without_members_of_their_own_are_described() -> None:
    assert {*SOURCES} - {*ADDRESSES} == {"file", "recipe"}
    assert {form.kind for form in describe_addresses().values()} == {*ADDRESSES}
