"""Accounts at a broker: the same pages as at a connector, with an organisation for which a person reads."""

import json

import msgspec
import pytest

from connector.ports.broker_store import Delta
from connector.ports.entities import UserRole
from connector.web.accounts import ACCOUNT_PAGES
from connector.web.pages import PAGES
from connector.web.public.site import BROKER_PAGES
from tests.broker.visibility.test_callers import for_role
from tests.broker.world import CITY, dataset
from tests.contract.test_record import entry, source
from tests.web.office import Reading
from tests.web.public.square import Square, list_offers


def test_both_kinds_of_pages_have_the_same_accounts() -> None:
    assert set(ACCOUNT_PAGES) <= set(PAGES)
    assert set(ACCOUNT_PAGES) <= set(BROKER_PAGES)


async def _make_square() -> Square:
    """A broker with an offer for planners alone, among them the department of the environment."""
    square = Square(**list_offers())
    await square.crawl()
    for number, role in ((1, "clerk"), (2, "planner")):
        listed = square.space.members[number]
        square.space.members[number] = msgspec.structs.replace(listed, claims={"role": (role,)})
    hidden = entry("plan", "Geheimer Plan", audience=for_role("planner"), document=json.dumps(dataset("plan")).encode())
    await square.record.apply(Delta(source=source(), upserts=(hidden,)), square.space.now)
    await square.searching.follow()
    return square


@pytest.mark.parametrize(
    ("member", "seen"), [("umweltamt", True), ("tiefbauamt", False), ("", False)], ids=["planner", "other", "nobody"]
)
async def test_a_person_sees_in_the_search_what_the_organisation_sees(member: str, seen: bool) -> None:
    square = await _make_square()
    browser = await square.sign_in(UserRole.CONSUMER, member=CITY + member if member else "")
    page = Reading((await browser.get("/suche?q=plan")).text)
    assert ("Geheimer Plan" in page.text) is seen
    assert ("Sie suchen für" in page.text) is bool(member)


async def test_who_leaves_the_participant_list_sees_what_everybody_sees() -> None:
    square = await _make_square()
    browser = await square.sign_in(UserRole.CONSUMER, member=CITY + "umweltamt")
    del square.space.members[2]
    assert "Geheimer Plan" not in (await browser.get("/suche?q=plan")).text


async def test_a_broker_that_is_not_open_is_read_by_people_with_accounts() -> None:
    square = await _make_square()
    square.open = False
    square.app = square.build()
    assert (await square.visitor().get("/suche")).status_code == 403
    assert (await (await square.sign_in(UserRole.CONSUMER)).get("/suche")).status_code == 200


async def test_the_operator_gives_a_person_an_organisation_that_is_on_the_list() -> None:
    square = await _make_square()
    browser = await square.sign_in(UserRole.OPERATOR)
    new = {"name": "n.neu", "person": "Noa Neu", "rollen": "consumer", "organisation": "Umweltamt"}
    assert "Link für Noa Neu" in (await browser.post("/konto/personen", data=new)).text
    context = square.register.context
    user = await context.store.user(context.owner, "n.neu")
    assert user is not None
    assert user.member == CITY + "umweltamt"
    changed = {"name": "n.neu", "stand": str(user.version), "organisation": "urn:none"}
    refused = await browser.post("/konto/personen/person/organisation", data=changed)
    assert refused.status_code == 422
    changed["organisation"] = CITY + "tiefbauamt"
    assert (await browser.post("/konto/personen/person/organisation", data=changed)).status_code == 303
    user = await context.store.user(context.owner, "n.neu")
    assert user is not None
    assert user.member == CITY + "tiefbauamt"


async def test_a_role_that_a_broker_does_not_have_is_refused() -> None:
    square = await _make_square()
    browser = await square.sign_in(UserRole.OPERATOR)
    new = {"name": "n.neu", "person": "Noa Neu", "rollen": "release"}
    assert (await browser.post("/konto/personen", data=new)).status_code == 422
