"""What the walks over the pages of a broker meet: its operator, sources in each state, and something of everything."""

from typing import Any

import msgspec

from connector.authority.acts import Doer
from connector.authority.card import render
from connector.broker.schedule import make_portal
from connector.desk.operating import members
from connector.desk.operating.members import MembersOffice
from connector.desk.operating.values import set_mark
from connector.ports.board import Answer
from connector.ports.identity import ListInUse
from connector.ports.moderation import MarkKind, ModerationChange
from connector.ports.search_days import SearchDay
from connector.views.members import InvitationOrder, MemberOrder
from connector.views.needs import AnswerKind
from connector.views.portals import PortalKind
from tests.authority.folders import Applicant
from tests.broker.world import CITY, Catalogue, titled
from tests.web.public.square import Square, list_offers, make_need

DAY_MS = 86_400_000
REASON = "Der Text ist doppelt."


def list_sources(**changed: Any) -> dict[str, Catalogue]:
    """Members with offers, of which one stops to answer, and others that the operator takes out."""
    names = ("stadtwerke", "museum", "archiv")
    return list_offers(**changed) | {name: Catalogue(titled(name, f"Daten von {name}")) for name in names}


async def furnish_members(office: MembersOffice, text: str = REASON) -> None:
    """Let the authority have members in each standing, and invitations in most states."""
    for name in ("stadtwerke", "verein"):
        card = Applicant(name).card(name=text)
        await members.add(office, MemberOrder(card=render(card).decode()), Doer(by="b.trieb"))
    await members.set_standing(office, "did:web:verein.example", Doer(by="b.trieb", reason=text), suspended=True)
    two_people = msgspec.structs.replace(office, four_eyes=True)
    for each in (office, two_people):
        await members.invite(each, InvitationOrder(name=text), Doer(by="b.trieb"))
    gone = await members.invite(office, InvitationOrder(name="Kino"), Doer(by="b.trieb"))
    await members.withdraw(office, gone.invitation.id, Doer(by="b.trieb", reason=text))


async def furnish_square(square: Square, reason: str = REASON) -> None:
    """Let the operator have something of everything to look at: marks, acts, an assessment, searches and needs."""
    silent = square.space.catalogues[CITY + "stadtwerke"]
    await square.crawl()
    silent.failing_from = 0
    square.space.now += 3_600_000
    await square.crawl()
    land = make_portal("land", PortalKind.CKAN, "https://daten.land.example", "Offene Daten des Landes")
    await square.record.put_source(land)
    for participant, dataset, kind in (
        ("tiefbauamt", "trees", MarkKind.HIDDEN),
        ("umweltamt", "air", MarkKind.TEST),
        ("museum", "", MarkKind.SUSPENDED),
        ("archiv", "", MarkKind.REMOVED),
    ):
        change = ModerationChange(
            participant=CITY + participant, dataset=dataset, kind=kind, wanted=True, reason=reason, by="b.trieb"
        )
        await set_mark(square.operator, change)
    await square.searching.follow()
    await furnish_members(square.office, reason)
    await square.operator.assessor.start()
    today = square.space.now // DAY_MS
    await square.record.add_search_day(SearchDay(day=today, searches=12, empty=2, words={"baustellen": 6}))
    square.list_in_use = ListInUse(version=3, expires_at=square.space.now + 20 * DAY_MS)
    answer = Answer(
        id="urn:answer:1",
        need="urn:need:1",
        participant=CITY + "umweltamt",
        kind=AnswerKind.OFFER,
        text=reason,
        dataset="air",
        at=square.space.now,
    )
    square.board.answered.append(answer)
    square.board.posted = [make_need(), *(make_need(id=f"urn:need:{number}") for number in range(2, 24))]
