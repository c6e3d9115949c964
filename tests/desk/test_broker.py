"""What a reader sees of the record: that of the organisation, as the participant list has it now."""

import msgspec
import pytest

from connector.desk.broker import open_view, open_whole_view
from connector.ports.broker_store import EVERYBODY, Delta
from connector.ports.entities import User, UserRole
from tests.broker.visibility.test_callers import for_role
from tests.broker.world import CITY
from tests.contract.test_record import entry, source
from tests.web.public.square import Square, list_offers


@pytest.mark.parametrize("member", ["", CITY + "tiefbauamt", "urn:none"], ids=["nobody", "a member", "not on the list"])
async def test_a_person_brings_no_claim_beside_those_of_the_list(member: str) -> None:
    square = Square(**list_offers())
    hidden = entry("plan", audience=for_role("planner"))
    await square.record.apply(Delta(source=source(), upserts=(hidden,)), square.space.now)
    for number in (1, 2):
        listed = square.space.members[number]
        square.space.members[number] = msgspec.structs.replace(listed, claims={"role": ("clerk",)})
    desk = square.app._pages.desk
    user = User(owner="o", name="n", person="N", roles=(UserRole.CONSUMER,), created_at=0, version=1, member=member)
    assert (await open_view(desk, user)).visible == {EVERYBODY}
    assert len((await open_whole_view(desk)).visible) == 2
