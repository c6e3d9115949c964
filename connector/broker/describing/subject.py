"""The addresses under which the broker publishes datasets, and whose an identifier is.

A dataset keeps the IRI of its provider as its name. A page of the broker about it, the catalogue record, has an address
that is made from both identifiers and can be read back.
"""

import hashlib
import re
from functools import cached_property
from urllib.parse import unquote, urlencode

import msgspec

from connector.ports.broker_store import Entry
from connector.semantic.statements import BlankTerm, IriTerm, RdfNode, is_iri, is_usual_spelling

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_ENCODED = re.compile(r"(?:[A-Za-z0-9_-]|~[0-9A-F]{2})+")


class PublicSite(msgspec.Struct, frozen=True, kw_only=True):
    """The broker that publishes: the base URL of its API without a slash at the end, its identifier and its name.

    `pages` is the origin of its pages for everybody; empty if it has none.
    """

    base: str
    participant: str
    name: str
    pages: str = ""

    @property
    def catalog(self) -> str:
        """The IRI of the catalogue."""
        return f"{self.base}/catalog"


class Subject(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What is said something of: an entry, the name of its provider, and whether its identifier is the provider's.

    An identifier belongs to the participant that listed it first (`is_claimed`): no other one can say anything of it.
    Fragments of a participant's identifier are names of its services.
    """

    entry: Entry
    provider: str
    is_claimed: bool
    site: PublicSite

    @cached_property
    def record(self) -> str:
        """The IRI of the catalogue record, which is the address of the dataset's page at the broker."""
        return f"{self.site.base}{make_path(self.entry.participant, self.entry.id)}"

    @cached_property
    def page(self) -> str:
        """The address at which people read of the dataset: its page for everybody, else its record."""
        pages = self.site.pages
        return f"{pages}{make_page_path(self.entry.participant, self.entry.id)}" if pages else self.record

    @cached_property
    def iri(self) -> str:
        """The IRI of the dataset: its identifier, if that is an IRI of its provider, else one below the record.

        One that is not written as usual may be that of another participant in other letters.
        """
        own = self.is_claimed and is_iri(self.entry.id) and is_usual_spelling(self.entry.id)
        return self.entry.id if own else f"{self.record}#dataset"

    @cached_property
    def key(self) -> str:
        """The first part of the labels of blank nodes, different for each dataset."""
        return "d" + hash_pair(self.entry.participant, self.entry.id)[:20]

    def make_blank(self, name: str) -> BlankTerm:
        """Return the blank node of this name (letters and digits) of the dataset."""
        return BlankTerm(f"{self.key}{name}")

    def name_part(self, stated: str | None, name: str, whole: str) -> IriTerm:
        """Return the node of a part: its stated IRI, if that is a fragment of `whole`, else one below the record.

        `whole` is an IRI of the provider: of the dataset or of the participant.
        """
        fits = stated is not None and is_iri(stated) and stated.startswith(f"{whole}#")
        return IriTerm(stated if fits and stated else f"{self.record}#{name}")

    def name_provider(self) -> RdfNode:
        """Return the node of the participant that offers the dataset."""
        known = is_iri(self.entry.participant)
        return IriTerm(self.entry.participant) if known else self.make_blank("provider")


def make_path(participant: str, dataset: str) -> str:
    """Return the path of a dataset's page below the base URL.

    >>> make_path("urn:city", "a/b")
    '/datasets/urn~3Acity/a~2Fb'
    """
    return f"/datasets/{encode_segment(participant)}/{encode_segment(dataset)}"


def make_page_path(participant: str, dataset: str) -> str:
    """Return the path of a dataset's page for people.

    >>> make_page_path("urn:city", "a/b")
    '/suche/angebot?teilnehmer=urn%3Acity&id=a%2Fb'
    """
    return f"/suche/angebot?{urlencode({'teilnehmer': participant, 'id': dataset})}"


def encode_segment(text: str) -> str:
    """Return a text as a segment of a path that no proxy changes: `~` and two digits for each byte but letters."""
    if not _PLAIN.issuperset(text):
        encoded = text.encode("utf-8", "replace")
        return "".join(chr(byte) if chr(byte) in _PLAIN else f"~{byte:02X}" for byte in encoded)
    return text


def decode_segment(segment: str) -> str | None:
    """Return the text of a segment, or None if it is none: each text has one segment."""
    if not _ENCODED.fullmatch(segment):
        return None
    text = unquote(segment.replace("~", "%"), errors="replace")
    return text if encode_segment(text) == segment else None


def hash_pair(participant: str, dataset: str) -> str:
    """Return the SHA-256 (hexadecimal) of the two identifiers of an entry."""
    return hashlib.sha256(f"{participant}\n{dataset}".encode("utf-8", "replace")).hexdigest()
