"""The own credentials: what is stored and until when, and a request for a new one, which is made once."""

import msgspec

from connector.desk.machine import MachineState
from connector.ports.changes import PutCredential
from connector.ports.entities import UserRole
from connector.views.credentials import IssuanceState
from connector.web.frame.application import PagesHouse
from connector.web.pages import make_pages_app
from tests.support.plane import CITY, NOW, OWNER, PAGES
from tests.web.office import Office, Reading
from tests.web.operating import PROFILE, furnish_operating, make_credential

PLACE = "/betrieb/eigene-nachweise"


async def test_each_credential_says_what_it_is_and_until_when(office: Office) -> None:
    await furnish_operating(office)
    office.desk.machine = MachineState(key_since=NOW, former_keys=1)
    browser = await office.sign_in(UserRole.OPERATOR)
    text = Reading((await browser.get(PLACE)).text).text
    for told in (
        "MembershipCredential City gültig", "FireBrigadeCredential", "endet bald", "abgelaufen", "widerrufen",
        "gilt noch nicht", "kein festes Ende", "angeboten", "ausgestellt", "nicht zugestellt", "nächster Schritt:",
        "datenkontor key rotate",
    ):  # fmt: skip
        assert told in text
    assert "VerifiableCredential" not in text
    assert "x.y.z" not in text


async def test_a_credential_is_requested_again_once(office: Office) -> None:
    await office.store.commit([PutCredential(make_credential(), None)])
    browser = await office.sign_in(UserRole.OPERATOR)
    for _ in range(2):
        done = await browser.post(PLACE, data={"id": "c1"})
    assert "Der Nachweis ist angefordert." in (await browser.get(done.headers["location"])).text
    (asked,) = await office.store.issuances(OWNER)
    assert (asked.issuer, asked.types, asked.profiles) == (CITY, ("MembershipCredential",), (PROFILE,))
    assert asked.state is IssuanceState.REQUESTED
    assert (await browser.post(PLACE, data={"id": "c9"})).status_code == 404


async def test_who_is_not_trusted_any_more_is_not_asked(office: Office) -> None:
    await office.store.commit([PutCredential(make_credential(issuer="urn:left"), None)])
    browser = await office.sign_in(UserRole.OPERATOR)
    refused = await browser.post(PLACE, data={"id": "c1"})
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert await office.store.issuances(OWNER) == []


async def test_a_participant_without_credentials_is_told_why(office: Office) -> None:
    browser = await office.sign_in(UserRole.OPERATOR)
    assert "datenkontor join" in (await browser.get(PLACE)).text
    values = msgspec.structs.replace(office.values, credentials=None)
    office.app = make_pages_app(values, PagesHouse(address=PAGES, provider="Amt"))
    other = await office.sign_in(UserRole.OPERATOR, name="o.betrieb")
    assert "mit seinem Schlüssel auf der Teilnehmerliste" in (await other.get(PLACE)).text
    assert (await other.post(PLACE, data={"id": "c1"})).status_code == 409
