"""Consents in words: the state of now or as recorded, the purpose, and the offer."""

from typing import Any

from starlette.requests import Request

from connector.web.chapters.privacy import naming
from connector.web.frame.visit import Visit, begin_visit
from tests.contract import values
from tests.support.plane import NOW
from tests.web.office import Office
from tests.web.protection import DPV, RIDES, furnish_protection


def _visit(office: Office) -> Visit:
    pages: Any = office.app
    return begin_visit(Request({"type": "http", "state": {"pages": pages._pages}, "headers": []}))


async def test_an_entry_whose_time_is_over_has_expired_now_and_was_given_then(office: Office) -> None:
    await furnish_protection(office)
    purpose, given = f"{DPV}ImproveTransportMobility", f"{DPV}ConsentGiven"
    entry = values.consent("a" * 64, dataset=RIDES, purpose=purpose, state=given, until=NOW)
    visit = _visit(office)
    (now,) = await naming.show_entries(visit, [entry])
    (then,) = await naming.show_entries(visit, [entry], now=False)
    assert (now.state, then.state) == ("ConsentExpired", "ConsentGiven")
    assert (now.title, now.purpose) == ("Gespendete Radfahrten", "Verkehr und Mobilität verbessern")


async def test_an_entry_about_all_offers_says_so_and_an_unknown_offer_keeps_its_identifier(office: Office) -> None:
    rows = [values.consent("a" * 64), values.consent("a" * 64, dataset="urn:gone")]
    shown = await naming.show_entries(_visit(office), rows)
    assert [one.title for one in shown] == ["Alle Angebote", "urn:gone"]


async def test_two_offers_of_one_title_say_when_they_were_made(office: Office) -> None:
    title = {"de": "Fahrten"}
    offers = [
        values.asset("rides-1", title=title, created_at=NOW),
        values.asset("rides-2", title=title, created_at=NOW - 3_600_000),
        values.asset("bins", title={"de": "Tonnen"}),
    ]
    first, second, other = naming.name_offers(_visit(office), offers).values()
    assert first.startswith("Fahrten (angelegt am ")
    assert second.startswith("Fahrten (angelegt am ")
    assert first != second
    assert other == "Tonnen"
