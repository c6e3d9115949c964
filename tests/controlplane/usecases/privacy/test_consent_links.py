"""A link of a person: one at a time, for a time, with a secret that the store does not have."""

import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases import consents
from connector.controlplane.usecases.consents import ConsentRegister, ConsentStatement
from connector.controlplane.usecases.privacy import consent_links
from connector.ports.entities import PageBounds
from tests.controlplane.agreements import DAY, Clock, provider
from tests.support.plane import OWNER, PAGES, Desk


async def _register(desk: Desk, clock: Clock) -> tuple[ConsentRegister, str]:
    register = provider(desk.rooms, clock).register
    await consents.record(register, [ConsentStatement(subject="4711", purpose="dpv:PublicBenefit")])
    return register, consents.find_reference(register, "4711")


async def _make(register: ConsentRegister, person: str, days: int = 30, pages: str = PAGES) -> str:
    made = await consent_links.make_link(register, pages, person, days=days, by="p.schutz")
    return made.link.partition("link=")[2]


async def test_a_new_link_ends_the_old_one_and_time_ends_the_new_one(desk: Desk) -> None:
    clock = Clock()
    register, person = await _register(desk, clock)
    first, second = await _make(register, person), await _make(register, person, days=2)
    assert await consent_links.find_person(register, first) is None
    found = await consent_links.find_person(register, second)
    assert found
    assert found.subject == person
    clock.ms += 2 * DAY
    assert await consent_links.find_person(register, second) is None


async def test_an_ended_link_opens_nothing_and_the_log_names_no_person(desk: Desk) -> None:
    register, person = await _register(desk, Clock())
    secret = await _make(register, person)
    for _ in range(2):
        await consent_links.end_link(register, person, by="p.schutz")
    assert await consent_links.find_person(register, secret) is None
    leaves, _ = await desk.store.leaves(OWNER, PageBounds())
    assert [leaf.kind for leaf in leaves] == ["consent recorded", "consent link made", "consent link ended"]
    assert not any(person.encode() in leaf.body or secret.encode() in leaf.body for leaf in leaves)


async def test_a_link_is_for_a_known_person_a_bounded_time_and_with_pages(desk: Desk) -> None:
    register, person = await _register(desk, Clock())
    for days in (0, 366):
        with pytest.raises(Invalid, match="365"):
            await _make(register, person, days=days)
    with pytest.raises(NoSuchEntity):
        await _make(register, "0" * 64)
    with pytest.raises(NotAllowed, match=r"web\.port"):
        await _make(register, person, pages="")
