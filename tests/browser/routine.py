"""The everyday tasks beside the three ways, each one function: from the menu to what the store or the broker has."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from playwright.sync_api import expect

from connector.ports.entities import PageBounds, UserRole
from connector.protocol import dcat
from connector.protocol.dsp.machines.transfer_machine import SUSPENSION
from connector.views.subscriptions import SubscriptionState
from tests.browser.work import Work, open_link
from tests.support.plane import OWNER
from tests.web import getting
from tests.web.protection import TITLE

Task = Callable[[Work], None]
RUNNING = "urn:uuid:00000000-0000-4000-8000-000000000002"


def change_offer(work: Work) -> None:
    """From an own offer to another title of it, with what follows from that."""
    work.page.goto("/angebote/angebot?id=urn:d:1")
    work.hand.press("offering.change-on")
    work.hand.write("titel", "Baustellen im Winter")
    work.hand.press("offering.on-terms")
    for key in ("offering.on-check", "offering.on-release", "offering.change-button"):
        work.hand.press(key)
    work.page.wait_for_url("**/angebote/angebot?*fertig=geaendert")
    offer = work.ask_store(work.served.office.store.asset(OWNER, "urn:d:1"))
    assert offer.title["de"] == "Baustellen im Winter"


def offer_table(work: Work) -> None:
    """From a database to an offer of a view of it, of which consumers may choose a part."""
    with closing(sqlite3.connect(work.served.office.root / "stadt.sqlite")) as database:
        database.executescript(
            "CREATE TABLE baeume (art TEXT, ort TEXT); INSERT INTO baeume VALUES ('Linde', 'Mitte');"
        )
    work.hand.press("menu-offers")
    work.hand.press("offering.title")
    work.hand.unfold("offering.place-title")
    work.hand.pick("art", "sqlite")
    work.hand.write("sqlite.pfad", "stadt.sqlite")
    work.hand.write("sqlite.tabelle", "baeume")
    work.hand.unfold("places.parameters")
    work.hand.write("wahl.1.name", "ort")
    work.hand.press("offering.place-button")
    work.page.wait_for_url("**/neues-angebot/beschreibung?*")
    for key in ("on-terms", "on-check", "on-release"):
        work.hand.press(f"offering.{key}")
    work.hand.press("offer-publish")
    work.page.wait_for_url("**/angebote/angebot?*")
    offers, _ = work.ask_store(work.served.office.store.assets(OWNER, PageBounds(limit=50)))
    (offer,) = (one for one in offers if one.source.get("kind") == "sql")
    assert offer.source["parameters"] == {"ort": {"type": "text", "compare": "="}}
    assert dcat.PARAMETER.encode() in offer.document


def choose_delivery(work: Work) -> None:
    """From an agreement to a delivery in a form, of a part of the data."""
    work.page.goto(getting.OPENED["/lieferungen/waehlen"])
    work.hand.choose("form", 2)
    work.hand.write("spalten", "station")
    work.hand.choose("wahl.station", 1)
    work.hand.press("receiving.order")
    work.page.wait_for_url("**/lieferungen/lieferung?*")
    begun, _ = work.ask_store(work.served.office.store.transfers(OWNER, PageBounds()))
    assert ("form=excel&columns=station", "station=Marktplatz") in {(one.choice, one.parameters) for one in begun}


def read_usage(work: Work) -> None:
    """From the menu to who used what, narrowed to one group."""
    work.hand.press("proving.usage-title", place="nav")
    work.hand.choose("gruppe", 2)
    work.hand.press("proving.show")
    work.page.wait_for_url("**/nutzung?*gruppe=*")
    expect(work.page.get_by_role("table").last).to_be_visible()


def read_agreement(work: Work) -> None:
    """From the menu to one agreement, and to what is recorded about it."""
    work.hand.press("menu-agreements")
    open_link(work, work.served.office.title[work.language])
    work.expect_text("proving.seals")
    work.hand.press("proving.to-history")
    work.page.wait_for_url("**/vertraege/verlauf?*")


def answer_need(work: Work) -> None:
    """From the search to a need of others that is answered."""
    work.page.goto(getting.OPENED["/bedarf/eintrag"])
    work.hand.choose("art", 2)
    work.hand.write("text", "Diese Daten haben wir nicht.")
    work.hand.press("needing.answer")
    work.page.wait_for_url("**/bedarf/eintrag?*fertig=*")
    assert any(one.get("path", "").endswith("/answers") for one in work.served.office.desk.searched)


def post_need(work: Work) -> None:
    """From the search to a need that others see."""
    work.hand.press("menu-search")
    work.hand.press("needing.title")
    work.hand.press("needing.new-title")
    work.hand.write("frage", "Wie viele Fahrräder fahren über die Brücke?")
    work.hand.press("needing.post")
    work.page.wait_for_url("**/bedarf/eintrag?*fertig=*")
    sent = [one for one in work.served.office.desk.searched if one.get("method") == "POST"]
    assert "Fahrräder" in bytes(sent[-1]["body"]).decode()


def order_subscription(work: Work) -> None:
    """From an agreement to a delivery that comes each week."""
    work.page.goto(getting.OPENED["/abos/neu"])
    work.hand.choose("rhythmus", 2)
    work.hand.unfold("places.target")
    work.hand.write("ordner", "woche")
    work.hand.press("subscriptions.order")
    work.page.wait_for_url("**/abos/abo?*")
    found, _ = work.ask_store(work.served.office.store.subscriptions(OWNER, PageBounds()))
    assert SubscriptionState.ACTIVE in {one.state for one in found}


def pause_delivery(work: Work) -> None:
    """From the list of deliveries to one that is paused."""
    work.page.goto(f"/lieferungen/lieferung?id={RUNNING}")
    work.hand.press("receiving.pause")
    process = work.ask_store(work.served.office.store.transfer(OWNER, RUNNING))
    assert process.pending.message == SUSPENSION


def withdraw_request(work: Work) -> None:
    """From the own requests to one that is withdrawn with a reason."""
    work.page.goto(getting.OPENED["/anfragen/anfrage"])
    work.hand.press("receiving.withdraw")
    work.hand.write("begruendung", "Nicht mehr nötig.")
    work.hand.press("receiving.withdraw-button")
    work.page.wait_for_url("**/anfragen/anfrage?*")
    process = work.ask_store(work.served.office.store.negotiation(OWNER, "urn:n:own"))
    assert process.pending.message == "ContractNegotiationTerminationMessage"


def confirm_duty(work: Work) -> None:
    """From a duty that is late to the entry that it was done."""
    work.hand.press("privacy.title", place="nav")
    work.hand.press("privacy.late-title")
    work.hand.unfold("privacy.late-confirm")
    work.hand.write("vermerk-1", "Löschprotokoll vom Montag.")
    work.hand.press("privacy.late-done")
    work.expect_text("privacy.late-none")


def read_record(work: Work) -> None:
    """From the menu to the record of processing."""
    work.hand.press("privacy.title", place="nav")
    work.hand.press("privacy.record-title")
    expect(work.page.locator("main")).to_contain_text(TITLE[work.language])


def filter_log(work: Work) -> None:
    """From the menu to the entries of one kind, and to the proof of one of them."""
    work.hand.press("proving.log-title", place="nav")
    work.hand.choose("art", 1)
    work.hand.press("proving.show")
    work.page.wait_for_url("**/nachweise?*art=*")


def clean_folder(work: Work) -> None:
    """From the menu to old files that are removed after a look, and brought back."""
    old = work.served.office.desk.received / "inbox" / "old.csv"
    work.hand.press("menu-deliveries")
    work.hand.press("receiving.folder")
    work.hand.press("receiving.clean-look")
    work.hand.press("receiving.remove")
    work.page.wait_for_url("**/lieferungen/empfangen?fertig=entfernt")
    assert not old.exists()
    work.hand.press("receiving.bring-back")
    work.page.wait_for_url("**/lieferungen/empfangen?fertig=zurueck")
    assert old.exists()


ROUTINE: dict[str, tuple[UserRole, Task]] = {
    "consumer cleans up": (UserRole.CONSUMER, clean_folder),
    "provider changes": (UserRole.PROVIDER, change_offer),
    "provider offers a table": (UserRole.PROVIDER, offer_table),
    "provider reads usage": (UserRole.PROVIDER, read_usage),
    "provider reads an agreement": (UserRole.PROVIDER, read_agreement),
    "release answers a need": (UserRole.RELEASE, answer_need),
    "release reads usage": (UserRole.RELEASE, read_usage),
    "consumer posts a need": (UserRole.CONSUMER, post_need),
    "consumer subscribes": (UserRole.CONSUMER, order_subscription),
    "consumer chooses": (UserRole.CONSUMER, choose_delivery),
    "consumer pauses": (UserRole.CONSUMER, pause_delivery),
    "consumer withdraws": (UserRole.CONSUMER, withdraw_request),
    "privacy confirms": (UserRole.PRIVACY, confirm_duty),
    "privacy reads the record": (UserRole.PRIVACY, read_record),
    "auditor filters": (UserRole.AUDITOR, filter_log),
    "auditor reads an agreement": (UserRole.AUDITOR, read_agreement),
    "auditor reads usage": (UserRole.AUDITOR, read_usage),
}
