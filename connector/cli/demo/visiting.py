"""The last act, for people: the addresses of the pages with a link for each person, and a tour of five ways."""

import csv
import time
from collections.abc import Iterator

from connector.cli.demo.show import PURPOSE, WAIT_S, NotShown, OpenPage, Person, Show
from connector.cli.frame.probe import probe_url
from connector.controlplane.judging.library import operands
from connector.policy.model.policy import ODRL
from connector.policy.vocabulary.names import expand
from connector.policy.words.names import name_value
from connector.semantic.codes import read_codes
from connector.views.assets import AssetOrder, DataClass
from connector.views.users import UserRole

_OPEN = 200
TREES, _LICENCE = "baumkataster.csv", "cc-by/4.0"


PEOPLE = (
    Person("broker", "e.berg", "Emre Berg", UserRole.OPERATOR),
    Person("city", "a.kaya", "Aylin Kaya", UserRole.PROVIDER),
    Person("city", "b.adler", "Bela Adler", UserRole.RELEASE),
    Person("city", "d.yilmaz", "Deniz Yilmaz", UserRole.PRIVACY),
    Person("city", "p.ruef", "Pia Rüf", UserRole.AUDITOR),
    Person("city", "o.brandt", "Ole Brandt", UserRole.OPERATOR),
    Person("firm", "k.fuchs", "Kim Fuchs", UserRole.CONSUMER),
    Person("other", "s.lang", "Sam Lang", UserRole.CONSUMER),
)


def open_pages(show: Show) -> str:
    """Add the people, and open the address of each page. Each link signs its person in once."""
    broker = show.stage.actors["broker"]
    show.pages.append(OpenPage(broker.name, f"http://127.0.0.1:{broker.ports['web']}/"))
    for person in PEOPLE:
        client = show.stage.actors["broker"].client() if person.word == "broker" else show.clients[person.word]
        link = client.users.add(person.name, person.person, [person.role]).link
        show.pages.append(OpenPage(show.stage.actors[person.word].name, link, person))
    for page in show.pages:
        answer = probe_url(page.address, timeout_s=WAIT_S)
        if answer.status != _OPEN:
            raise NotShown("demo.page-closed", address=page.address, status=answer.status or answer.reason)
    return show.say("demo.open-pages", count=len(show.pages), names=", ".join(person.person for person in PEOPLE))


def let_wait(show: Show) -> str:
    """Let the company ask for confidential data, so that a request waits for a person."""
    terms = show.city.policies.fill("purpose", purpose=PURPOSE, period="P1Y").policy
    order = AssetOrder(
        title={"de": show.say("demo.accidents")},
        source=show.assets[0].source,
        media_type=show.assets[0].media_type,
        policy=terms,
        data_class=DataClass.CONFIDENTIAL,
        synthetic=True,
    )
    asset = show.city.assets.publish(show.city.assets.add(order).id)
    show.firm.negotiations.start(show.city_id, asset.id)
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if any(one.hold for one in show.city.negotiations.list(state="REQUESTED").items):
            return show.say("demo.waits", title=asset.title["de"])
        time.sleep(0.1)
    raise NotShown("demo.nothing-waits", wait_s=WAIT_S)


def list_stations(show: Show) -> Iterator[tuple[str, str]]:
    """Return the stations of the tour by their names, each with what to open and what to click."""
    people = {page.person.name: page for page in show.pages if page.person}
    file = show.stage.base / TREES
    with file.open("w", newline="", encoding="utf-8") as rows:
        csv.writer(rows).writerows([["Art", "Höhe", "Datum"], ["Linde", 12, "2026-05-01"], ["Ahorn", 9, "2026-05-03"]])
    yield "offer", _say_station(show, "tour-offer", people["a.kaya"], file=file, licence=_name_licence(show))
    yield "get", _say_station(show, "tour-get", people["k.fuchs"], words="Baumkataster", purpose=_name_purpose(show))
    yield "answer", _say_station(show, "tour-answer", people["b.adler"], title=show.say("demo.accidents"))
    yield "public", show.say("demo.tour-public", address=show.pages[0].address)
    yield "operate", _say_station(show, "tour-operate", people["e.berg"], title=show.say("demo.accidents"))


def _name_purpose(show: Show) -> str:
    """Return what the pages call the purpose that the company may state."""
    registry = operands()
    operand = registry.operands[ODRL + "purpose"]
    return name_value(expand(PURPOSE, {}), operand, registry, show.output.lang)


def _name_licence(show: Show) -> str:
    """Return what the form calls the licence that the tour chooses."""
    return read_codes("licence")[_LICENCE].labels[show.output.lang]


# What the tour calls the buttons and links: the texts that the pages have.
_BUTTONS = {
    "password": "pages.welcome-button",
    "new": "offering.title",
    "class_label": "pages.column-class",
    "open_class": "pages.class-open",
    "licence_label": "offering.field-lizenz",
    "terms": "offering.on-terms",
    "check": "offering.on-check",
    "release": "offering.on-release",
    "publish": "pages.offer-publish",
    "search": "pages.menu-search",
    "ask": "finding.ask",
    "to_check": "finding.to-check",
    "send": "finding.send",
    "order": "receiving.order",
    "open": "receiving.open",
    "see": "pages.request-open",
    "agree": "pages.request-agree",
    "operation": "brokering.menu",
    "offers": "brokering.place-offers",
    "hide": "brokering.deed-ausblenden",
    "undo": "brokering.undo",
}


def _say_station(show: Show, key: str, page: OpenPage, **values: object) -> str:
    assert page.person
    buttons = {name: show.say(text) for name, text in _BUTTONS.items()}
    person, role = page.person.person, show.say(f"pages.role-{page.person.role}")
    return show.say(f"demo.{key}", address=page.address, person=person, role=role, **buttons, **values)
