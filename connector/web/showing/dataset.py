"""A dataset of another participant as a person reads it: what it is, its offers in words, and where its data lies."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from connector.broker.reading.agents import ContactPoint, read_contacts, read_publisher
from connector.broker.reading.members import find_values, read_texts, read_words
from connector.broker.reading.statements import read_statements
from connector.controlplane.core import documents
from connector.controlplane.judging.library import Library
from connector.net.aside import work_aside
from connector.ports.broker_store import Box, Statements
from connector.ports.search_index import Facet
from connector.protocol.dsp.errors import clean
from connector.web.frame.wording import PageWords
from connector.web.letters import make_letter
from connector.web.showing.area import Drawing, draw_boxes
from connector.web.showing.choosable import Choosable, read_choosable
from connector.web.showing.results import name_value
from connector.web.terms import Terms, describe_terms

MOST_OFFERS, LONGEST, MOST_WORDS = 5, 5_000, 12
_TITLE = 300


class OfferShown(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of a dataset: its identifier, and its terms in words."""

    id: str
    terms: Terms


class Fact(msgspec.Struct, frozen=True):
    """Something that is stated about a dataset: what it is, and its value."""

    label: str
    text: str


class Feedback(msgspec.Struct, frozen=True):
    """Whom a reader tells what is wrong or missing: the address of a letter or of a page, and what it is called."""

    address: str
    name: str


class DatasetShown(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset of a participant; `boxes` are the areas of its data in degrees, numbered on the `drawing`.

    `feedback` leads to who answers for the data; None if the description names nobody that can be written to.
    """

    participant: str
    id: str
    party: str
    title: str
    title_language: str
    description: str
    description_language: str
    keywords: tuple[str, ...]
    facts: tuple[Fact, ...]
    places: tuple[str, ...]
    offers: tuple[OfferShown, ...]
    more_offers: int
    boxes: tuple[Box, ...]
    drawing: Drawing | None
    choosable: Choosable
    feedback: Feedback | None


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a Dataset in one go."""

    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    keywords: Sequence[str]
    publisher: Mapping[str, str]
    contact: ContactPoint
    attributions: Sequence[str]
    statements: Statements
    offers: Sequence[tuple[str, bytes]]
    count: int


async def show_dataset(
    library: Library,
    words: PageWords,
    dataset: dict[str, Any],
    *,
    participant: str,
    party: str,
    now: int,
    address: str = "",
) -> DatasetShown:
    """Return a Dataset as its provider sent it in the reader's words; nothing of it is trusted.

    `party` is the name of the participant, `now` the time in ms, `address` that of the page if everybody can open it.
    """
    size = len(msgspec.json.encode(dataset))
    read = await work_aside(size, partial(_read_dataset, dataset, now))
    offers = [
        OfferShown(id=offer_id, terms=await describe_terms(library, words, terms)) for offer_id, terms in read.offers
    ]
    stated = read.statements
    return DatasetShown(
        participant=participant,
        id=str(dataset.get("@id")),
        party=party,
        title=words.pick(read.titles, words.say("untitled")),
        title_language=words.spoken(read.titles),
        description=words.pick(read.descriptions),
        description_language=words.spoken(read.descriptions),
        keywords=tuple(read.keywords),
        facts=tuple(_list_facts(words, read)),
        places=tuple(place for place in stated.places if "://" not in place),
        offers=tuple(offers),
        more_offers=read.count - len(offers),
        boxes=stated.boxes,
        drawing=draw_boxes(list(enumerate(stated.boxes, 1))),
        choosable=read_choosable(dataset),
        feedback=_find_feedback(words, read, address),
    )


def _read_dataset(dataset: dict[str, Any], now: int) -> _Read:
    listed = documents.list_offers(dataset)
    return _Read(
        titles=read_texts(dataset, "dct:title", _TITLE),
        descriptions=read_texts(dataset, "dct:description", LONGEST, lines=True),
        keywords=read_words(dataset, "dcat:keyword", MOST_WORDS),
        publisher=read_publisher(dataset),
        contact=next(read_contacts(dataset), ContactPoint()),
        attributions=tuple(dict.fromkeys(_list_attributions(dataset)))[:MOST_WORDS],
        statements=read_statements(dataset, now),
        offers=[(clean(str(offer.get("@id"))), msgspec.json.encode(offer)) for offer in listed[:MOST_OFFERS]],
        count=len(listed),
    )


def _list_attributions(dataset: dict[str, Any]) -> Iterator[str]:
    """Yield how the licence wants the source to be named (DCAT-AP.de 3.0, `dcatde:licenseAttributionByText`)."""
    for file in (dataset, *find_values(dataset, "dcat:distribution")):
        if isinstance(file, dict):
            yield from read_texts(file, "dcatde:licenseAttributionByText", _TITLE).values()


def _write_contact(words: PageWords, contact: ContactPoint) -> str:
    """Return the name and the addresses of a contact, as text alone."""
    parts = (words.pick(contact.names), contact.email, *contact.pages[:1])
    return ", ".join(clean(part, _TITLE) for part in parts if part)


def _find_feedback(words: PageWords, read: _Read, address: str) -> Feedback | None:
    """Return whom to tell what is wrong: the e-mail address of the contact, else its web page."""
    contact = read.contact
    if contact.email:
        about = words.say("finding.feedback-about", title=words.pick(read.titles, words.say("untitled")))
        return Feedback(make_letter(contact.email, about, address), contact.email)
    page = next((page for page in contact.pages if page.startswith(("https://", "http://"))), "")
    return Feedback(page, words.pick(contact.names) or words.say("finding.feedback-page")) if page else None


def _list_facts(words: PageWords, read: _Read) -> list[Fact]:
    """Return what is stated, in the order in which it matters to somebody who wants the data."""
    stated = read.statements

    def name(facet: Facet, values: Sequence[str | None]) -> str:
        return ", ".join(name_value(words, facet, value) for value in values[:MOST_WORDS] if value)

    covered = [words.stated_day(at) for at in (stated.begins, stated.ends) if at is not None]
    facts = {
        "publisher": words.pick(read.publisher),
        "contact": _write_contact(words, read.contact),
        "price": name(Facet.PRICE, stated.prices),
        "format": name(Facet.FORMAT, stated.formats),
        "frequency": name(Facet.FREQUENCY, (stated.frequency,)),
        "modified": "" if stated.modified is None else words.stated_day(stated.modified),
        "covered": " – ".join(covered),
        "licence": name(Facet.LICENCE, stated.licences),
        "attribution": "; ".join(read.attributions),
        "access": name(Facet.ACCESS, (stated.access_rights,)),
        "language": name(Facet.LANGUAGE, stated.languages),
    }
    return [Fact(words.say(f"finding.fact-{key}"), text) for key, text in facts.items() if text]
