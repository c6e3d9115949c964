"""The acting tasks of who operates, examines and protects, each one function: from the menu to what the store says."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from connector.ports.entities import UserRole
from tests.browser.work import Work, open_link
from tests.support.plane import CITY, OWNER, SECRET
from tests.web.protection import DPV, PERSON, RIDES, TITLE

Task = Callable[[Work], None]
SHEET = {
    "de": f"Person;Zweck;Angebot;Bis\n0815;Verkehr und Mobilität verbessern;{RIDES};31.12.2027\n",
    "en": f"subject,purpose,dataset,until\n0815,improving transport and mobility,{RIDES},2027-12-31\n",
}


def exclude(work: Work) -> None:
    """From the state of the process to a participant who is excluded, and admitted again."""
    _open_menu(work, "operation.title")
    work.hand.press("operation.peers")
    work.hand.press("operation.block")
    work.hand.write("begruendung", "Verstoß gegen den Vertrag.")
    work.hand.press("operation.block")
    work.page.wait_for_url("**/betrieb/teilnehmer?fertig=ausgeschlossen")
    blocks = work.ask_store(work.served.office.store.blocks(OWNER))
    assert CITY in {block.participant for block in blocks}


def add_person(work: Work) -> None:
    """From the own settings to a new person with a role."""
    work.page.goto("/konto")
    work.hand.press("accounts.people")
    work.hand.write("person", "Neu im Amt")
    work.hand.write("name", "n.neu")
    work.hand.tick("rolle-provider")
    work.hand.press("accounts.add-button")
    added = work.ask_store(work.served.office.store.user(OWNER, "n.neu"))
    assert added.roles == (UserRole.PROVIDER,)
    expect(work.page.locator("main")).to_contain_text("/willkommen")


def read_state(work: Work) -> None:
    """From the menu to what works, and what has to be done soon."""
    _open_menu(work, "operation.title")
    for key in ("parts", "list", "certificate", "due"):
        work.expect_text(f"operation.{key}")


def admit(work: Work) -> None:
    """From the state of the process to a participant who is admitted again."""
    _open_menu(work, "operation.title")
    work.hand.press("operation.peers")
    work.hand.press("operation.unblock")
    work.page.wait_for_url("**/betrieb/teilnehmer?fertig=*")
    assert work.ask_store(work.served.office.store.blocks(OWNER)) == []


def admit_person(work: Work) -> None:
    """From the list of people to one who may sign in again, with a new link."""
    work.page.goto("/konto/personen/person?name=w.weg")
    work.hand.press("accounts.admit")
    admitted = work.ask_store(work.served.office.store.user(OWNER, "w.weg"))
    assert admitted.disabled_at is None
    work.hand.press("accounts.link-button")
    expect(work.page.locator("main")).to_contain_text("/willkommen")


def read_house(work: Work) -> None:
    """From the own settings to the own entry of the participant list, with the key that signs."""
    work.page.goto("/konto")
    work.hand.press("accounts.house")
    work.expect_text("accounts.key-used")


def prove_entry(work: Work) -> None:
    """From the menu to one entry, and to the file that proves it."""
    _open_menu(work, "proving.log-title")
    work.page.goto("/nachweise/eintrag?nummer=1")
    first = work.hand.save("proving.proof-get").read_bytes().splitlines()[0]
    assert json.loads(first)["format"] == "datenkontor-audit-1"


def export_log(work: Work) -> None:
    """From the menu to the sheet with all entries."""
    _open_menu(work, "proving.log-title")
    sheet = work.hand.save("proving.sheet").read_text(encoding="utf-8-sig")
    assert len(sheet.splitlines()) > 2


def check_log(work: Work) -> None:
    """From the menu to the result of a check of the whole log."""
    _open_menu(work, "proving.log-title")
    work.hand.press("proving.check-now")
    if not work.script:
        work.hand.press("proving.check-now")
    size = work.ask_store(work.served.office.store.leaf_count(OWNER))
    work.expect_text("proving.check-good", count=size)


def veto(work: Work) -> None:
    """From an offer that waits for its release to a veto with a reason."""
    _open_menu(work, "privacy.title")
    open_link(work, TITLE[work.language])
    work.hand.write("begruendung", "Die Rechtsgrundlage fehlt.")
    work.hand.press("privacy.veto-button")
    work.page.wait_for_url("**/angebote/angebot?*")
    offer = work.ask_store(work.served.office.store.asset(OWNER, "urn:d:houses"))
    assert offer.veto.reason == "Die Rechtsgrundlage fehlt."


def withdraw_consent(work: Work) -> None:
    """From the identifier of a person to a consent that is withdrawn."""
    _open_menu(work, "privacy.title")
    work.hand.press("consents.title")
    work.hand.write("person", "4711")
    work.hand.press("consents.person-show")
    work.hand.press("consents.withdraw")
    work.hand.press("consents.withdraw")
    work.page.wait_for_url("**/einwilligungen/person?*fertig=widerrufen")
    assert f"{DPV}ConsentGiven" not in _list_states(work, PERSON)


def import_consents(work: Work) -> None:
    """From a file to consents that are recorded, and taken back."""
    _open_menu(work, "privacy.title")
    work.hand.press("consents.title")
    work.hand.press("consents.import")
    file = work.folder / "einwilligungen.csv"
    file.write_text(SHEET[work.language], encoding="utf-8")
    work.hand.choose_file("datei", file)
    work.hand.press("consents.import-look")
    work.expect_text("consents.preview-new", count=1)
    work.hand.press("consents.import-do")
    work.expect_text("consents.imported", count=1)
    person = SECRET.person(OWNER, "0815")
    assert _list_states(work, person) == {f"{DPV}ConsentGiven"}
    work.hand.press("consents.take-back-do")
    work.expect_text("consents.taken-back", count=1)
    assert _list_states(work, person) == {f"{DPV}ConsentUnknown"}


def _list_states(work: Work, person: str) -> set[str]:
    found: Any = work.ask_store(work.served.office.store.consents_of(OWNER, [person], ""))
    return {entry.state for entry in found.get(person, ())}


def _open_menu(work: Work, key: str) -> None:
    """Follow a link of the menu with a text of the catalogue."""
    work.hand.press(key, place="nav")


def declare_event(work: Work) -> None:
    """From the menu to an event that has begun."""
    _open_menu(work, "operation.title")
    work.hand.press("operation.events")
    work.hand.write("name", "dk:flood")
    work.hand.press("operation.event-begin")
    work.page.wait_for_url("**/ereignisse?fertig=begonnen")
    assert work.ask_store(work.served.office.store.events(OWNER))[0].name.endswith("#flood")


def drain_plane(work: Work) -> None:
    """From the menu to a data plane that gets no new deliveries."""
    _open_menu(work, "operation.title")
    work.hand.press("operation.planes")
    work.hand.press("operation.plane-drain")
    work.page.wait_for_url("**/betrieb/datenebenen?fertig=leer")
    work.expect_text("operation.done-plane-leer")


def request_credential(work: Work) -> None:
    """From the menu to a credential that its issuer is asked for again."""
    _open_menu(work, "operation.title")
    work.hand.press("operation.credentials")
    work.hand.press("operation.credential-again")
    work.page.wait_for_url("**/betrieb/eigene-nachweise?fertig=angefragt")
    asked = work.ask_store(work.served.office.store.issuances(OWNER))
    assert ("MembershipCredential",) in [one.types for one in asked]


def record_consent(work: Work) -> None:
    """From the menu to the consent of one person, as it was given on paper."""
    _open_menu(work, "privacy.title")
    work.hand.press("consents.title")
    work.hand.press("consents.new")
    work.hand.write("person", "4812")
    work.hand.choose("zweck", 1)
    work.hand.press("consents.record")
    work.page.wait_for_url("**/einwilligungen/person?*fertig=eingetragen")
    person = SECRET.person(OWNER, "4812")
    assert len(work.ask_store(work.served.office.store.consents_of(OWNER, [person], ""))[person]) == 1


ACTING: dict[str, tuple[UserRole, Task]] = {
    "operator excludes": (UserRole.OPERATOR, exclude),
    "operator adds a person": (UserRole.OPERATOR, add_person),
    "operator reads the state": (UserRole.OPERATOR, read_state),
    "operator admits": (UserRole.OPERATOR, admit),
    "operator admits a person": (UserRole.OPERATOR, admit_person),
    "operator reads the own entry": (UserRole.OPERATOR, read_house),
    "operator declares an event": (UserRole.OPERATOR, declare_event),
    "operator drains a data plane": (UserRole.OPERATOR, drain_plane),
    "operator asks for a credential": (UserRole.OPERATOR, request_credential),
    "privacy records a consent": (UserRole.PRIVACY, record_consent),
    "auditor checks": (UserRole.AUDITOR, check_log),
    "auditor proves": (UserRole.AUDITOR, prove_entry),
    "auditor exports": (UserRole.AUDITOR, export_log),
    "privacy vetoes": (UserRole.PRIVACY, veto),
    "privacy withdraws": (UserRole.PRIVACY, withdraw_consent),
    "privacy imports": (UserRole.PRIVACY, import_consents),
}
