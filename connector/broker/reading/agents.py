"""Who publishes a Dataset and who answers questions about it, in each form that catalogues write. Pure.

DCAT-AP 3.0.1, `dct:publisher` and `dcat:contactPoint`; vCard Ontology, section 5. A name can be in several languages.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from connector.broker.reading.members import (
    NO_LANGUAGE,
    TEXT_LENGTH,
    WORD_LENGTH,
    MemberMap,
    find_addresses,
    find_iris,
    find_nodes,
    find_values,
    read_iri,
    read_text,
    read_texts,
)
from connector.protocol.dsp.errors import clean
from connector.semantic.statements import is_iri

_NAMES = ("foaf:name", "skos:prefLabel", "rdfs:label", "vcard:fn", "vcard:organization-name", "dct:title")
_EMAIL = re.compile(r"[^\s@/:<>]{1,64}@[^\s@/:<>]{1,255}")
_PHONE = frozenset("0123456789+-./() ")
_LONGEST_PHONE = 40


class ContactPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A contact point: its names by language, its e-mail address, its web pages, and its telephone number (an IRI)."""

    names: Mapping[str, str] = {}
    email: str = ""
    pages: tuple[str, ...] = ()
    telephone: str = ""


def read_publisher(members: MemberMap) -> dict[str, str]:
    """Return the name of the publisher of a Dataset by language; nothing if it has none."""
    return next(filter(None, map(name_agent, find_values(members, "dct:publisher"))), {})


def name_agent(agent: Any) -> dict[str, str]:
    """Return the name of an agent, an object or a text, by language; nothing if it has none."""
    if isinstance(agent, dict):
        return next(filter(None, (read_texts(agent, name, WORD_LENGTH) for name in _NAMES)), {})
    text = clean(agent, WORD_LENGTH) if isinstance(agent, str) else ""
    return {NO_LANGUAGE: text} if text else {}


def read_contacts(members: MemberMap) -> Iterator[ContactPoint]:
    """Yield the contact points of a Dataset that state something."""
    for card in find_nodes(members, "dcat:contactPoint"):
        contact = ContactPoint(
            names=next(filter(None, (read_texts(card, name, TEXT_LENGTH) for name in _NAMES[2:])), {}),
            email=_read_email(card),
            pages=find_addresses(card, "vcard:hasURL"),
            telephone=_read_telephone(card),
        )
        if contact != ContactPoint():
            yield contact


def _read_email(card: MemberMap) -> str:
    """Return an e-mail address: of a `mailto:` IRI or a text.

    Portals also write it where an IRI belongs: then a reader of RDF takes it as the name of a file of the portal.
    """
    for stated in _list_stated(card, "vcard:hasEmail"):
        plain = stated.removeprefix("mailto:").strip()
        email = plain.rpartition("/")[2] if plain.startswith(("http://", "https://")) else plain
        if _EMAIL.fullmatch(email) and is_iri(f"mailto:{email}"):
            return email
    return ""


def _read_telephone(card: MemberMap) -> str:
    stated = next(_list_stated(card, "vcard:hasTelephone"), "")
    digits = stated.removeprefix("tel:")[:_LONGEST_PHONE]
    if not digits or not _PHONE.issuperset(digits):
        return ""
    return "tel:" + "".join(sign for sign in digits if sign in "0123456789+")


def _list_stated(card: MemberMap, term: str) -> Iterator[str]:
    """Yield what a term says: an IRI, a text, or a node that has one of them as its value."""
    for value in find_nodes(card, term):
        yield from filter(None, (read_iri(value), *find_iris(value, "rdfs:label"), read_text(value)))
