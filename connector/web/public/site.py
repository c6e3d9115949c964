"""The application of the broker's pages: the list of all paths, for everybody, for people, and for its operator."""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.types import ASGIApp

from connector.desk.broker import BrokerOffice
from connector.net.slots import CallerShares
from connector.web.accounts import ACCOUNT_PAGES
from connector.web.chapters import explaining
from connector.web.chapters.accounts import people
from connector.web.chapters.brokering import deeds, log, members, needs, offers, overview, quality, searches, sources
from connector.web.frame.application import PageRow, PagesHouse, make_app, make_pages
from connector.web.frame.visit import PageFunction
from connector.web.public import chapters
from connector.web.public.reading import open_to_readers
from connector.web.rights import ANYBODY, OPERATORS

PUBLIC_PAGES: Sequence[tuple[str, PageFunction]] = (
    ("/", chapters.show_start),
    ("/suche", chapters.show_search),
    ("/suche/angebot", chapters.show_found),
    ("/organisationen", chapters.show_organisations),
    ("/organisationen/organisation", chapters.show_organisation),
    ("/bedarf", chapters.show_needs),
    (explaining.HELP, explaining.show_help),
    (explaining.ACCESSIBILITY, explaining.show_accessibility),
    ("/sitemap.xml", chapters.show_sitemap_index),
    ("/sitemap-{number}.xml", chapters.show_sitemap),
    ("/robots.txt", chapters.show_robots),
)
ALWAYS_OPEN = frozenset({explaining.HELP, explaining.ACCESSIBILITY})
"""What is read also at a broker that is not open: the words, and the statement."""

BROKER_PAGES: Sequence[PageRow] = (
    *(("GET", path, open_to_readers(function, always=path in ALWAYS_OPEN), ANYBODY) for path, function in PUBLIC_PAGES),
    *ACCOUNT_PAGES,
    ("POST", f"{people.PERSON}/organisation", people.change_member, OPERATORS),
    ("GET", overview.PLACE, overview.show_overview, OPERATORS),
    ("GET", f"{overview.PLACE}/laufend", overview.stream_overview, OPERATORS),
    ("POST", f"{overview.PLACE}/index", overview.rebuild_index, OPERATORS),
    ("GET", members.PLACE, members.show_members, OPERATORS),
    ("GET", members.MEMBER, members.show_member, OPERATORS),
    ("GET", members.LOG, members.show_log, OPERATORS),
    ("GET", members.INVITE, members.show_invite, OPERATORS),
    ("POST", members.INVITE, members.invite, OPERATORS),
    ("GET", members.ADD, members.show_add, OPERATORS),
    ("POST", members.ADD, members.add, OPERATORS),
    ("GET", members.CHANGE, members.show_question, OPERATORS),
    ("POST", members.CHANGE, members.change, OPERATORS),
    ("GET", sources.PLACE, sources.show_sources, OPERATORS),
    ("GET", sources.PORTALS, sources.show_portals, OPERATORS),
    ("GET", deeds.SOURCE, sources.show_source, OPERATORS),
    ("GET", f"{sources.PLACE}/laufend", sources.stream_source, OPERATORS),
    ("POST", f"{sources.PLACE}/einlesen", sources.crawl, OPERATORS),
    ("GET", sources.NEW, sources.show_new, OPERATORS),
    ("POST", sources.NEW, sources.register, OPERATORS),
    ("GET", deeds.PATH, deeds.show_question, OPERATORS),
    ("POST", deeds.PATH, deeds.act, OPERATORS),
    ("POST", deeds.UNDO, deeds.undo, OPERATORS),
    ("GET", offers.PLACE, offers.show_offers, OPERATORS),
    ("GET", deeds.OFFER, offers.show_offer, OPERATORS),
    ("GET", deeds.LOG, log.show_log, OPERATORS),
    ("GET", quality.PLACE, quality.show_quality, OPERATORS),
    ("GET", f"{quality.PLACE}/laufend", quality.stream_quality, OPERATORS),
    ("POST", f"{quality.PLACE}/bewerten", quality.assess, OPERATORS),
    ("GET", f"{quality.PLACE}/quelle", quality.show_participant, OPERATORS),
    ("GET", searches.PLACE, searches.show_searches, OPERATORS),
    ("GET", f"{searches.PLACE}/tabelle", searches.export_searches, OPERATORS),
    ("GET", needs.PLACE, needs.show_needs, OPERATORS),
    ("GET", needs.SHOWN, needs.show_need, OPERATORS),
)


def make_broker_pages(
    desk: BrokerOffice,
    house: PagesHouse,
    *,
    admit: Callable[[Request], int] = lambda _: 0,
    shares: CallerShares | None = None,
) -> ASGIApp:
    """Return the application of the pages of a broker.

    `admit` counts a request of nobody, and returns how many seconds its address has to wait.
    `shares` are those of all callers, also of other listeners.
    """
    pages = make_pages(house, desk, desk.operator.users, desk.library, admit=admit, shares=shares or CallerShares())
    return make_app(pages, BROKER_PAGES)
