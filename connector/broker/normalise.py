"""What a Dataset says, whoever wrote it: its digest, and the entry of the broker's index (DCAT 3, DCAT-AP; DSP 2025-1).

The digest leaves out what a deployed connector makes anew with every answer: the third part of its offer identifiers,
and the identifiers of the services that its distributions describe in place. Lists whose order means nothing are
sorted. The document itself is kept byte for byte.

Pure: standard library and msgspec only.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from connector.ports.broker_store import CrawlSource, Entry
from connector.protocol.dsp.catalog import dataset_view
from connector.protocol.dsp.codec import canonical, parse
from connector.protocol.dsp.errors import ProtocolError, RemoteProtocolError, clean
from connector.protocol.dsp.offer_ids import drop_serial

DATASET_BYTES = 128 * 1024
# Less than a message may have, because a dataset stands in a catalogue within a catalogue.
DEPTH = 60
ID_LENGTH = 1000
TITLE_LENGTH = 500
DESCRIPTION_LENGTH = 5000
WORD_LENGTH = 200
WORDS = 64
LANGUAGES = 30

# The language of a text that names none (BCP 47: undetermined).
NO_LANGUAGE = "und"

_ORDERED = frozenset({"@list", "andSequence"})


class Unusable(Exception):
    """A Dataset cannot be indexed; `id` is its identifier as far as it could be read, the message one sentence."""

    def __init__(self, reason: str, id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.id = id


def entry(document: bytes, source: CrawlSource, now: int) -> Entry:
    """Read one Dataset of a source's catalogue as an entry of the index, first seen at `now`. Raises Unusable."""
    members = _members(document)
    dataset = _id(members)
    try:
        dataset_view(document)
        lasting = digest(members)
    except ProtocolError as error:
        raise Unusable(f"The dataset {clean(dataset, WORD_LENGTH)} cannot be read: {error.reason}", dataset) from None
    return Entry(
        participant=source.participant,
        id=dataset,
        digest=lasting,
        document=document,
        titles=_texts(members, "title", TITLE_LENGTH) or _texts(members, "name", TITLE_LENGTH) or _make_title(dataset),
        descriptions=_texts(members, "description", DESCRIPTION_LENGTH),
        keywords=_words(members, "keyword"),
        themes=_words(members, "theme"),
        publisher=_publisher(members) or source.name,
        address=source.address,
        first_seen=now,
        changed_at=now,
        verified_at=now,
    )


def digest(dataset: dict[str, Any]) -> str:
    """Return the SHA-256 (hexadecimal) of a parsed Dataset without what changes though nothing has changed."""
    return hashlib.sha256(canonical(_drop_varying(dataset, ""))).hexdigest()


def catalog_digest(digests: dict[str, str]) -> str:
    """Return the digest of a whole catalogue: of its datasets' identifiers and digests, in whatever order they came."""
    return hashlib.sha256(canonical(digests)).hexdigest()


def _members(document: bytes) -> dict[str, Any]:
    if len(document) > DATASET_BYTES:
        raise Unusable(f"A dataset is larger than {DATASET_BYTES} bytes: it is not indexed.")
    try:
        members = parse(document)
    except ProtocolError as error:
        raise Unusable(f"A dataset cannot be read: {error.reason}") from None
    if not isinstance(members, dict):
        raise Unusable("A dataset is no JSON object: expected an object with @id.")
    return members


def _id(members: dict[str, Any]) -> str:
    found = members.get("@id")
    if not isinstance(found, str) or not found.strip() or len(found) > ID_LENGTH or not found.isprintable():
        raise Unusable(f"A dataset has no usable @id: expected 1 to {ID_LENGTH} printable characters.")
    return found


def _make_title(dataset: str) -> dict[str, str]:
    """Return the title of a dataset that has none."""
    return {NO_LANGUAGE: clean(dataset, TITLE_LENGTH)}


def _drop_varying(value: Any, name: str, depth: int = 1) -> Any:
    """Return a value without what varies; `name` is the member it stands in."""
    if depth > DEPTH:
        raise RemoteProtocolError(f"The dataset is nested too deeply: expected at most {DEPTH} levels.")
    if isinstance(value, dict):
        dropped = {"@id"} if name in {"accessService", "service"} else set()
        settled = {key: _drop_varying(inner, key, depth + 1) for key, inner in value.items() if key not in dropped}
        if name == "hasPolicy" and isinstance(value.get("@id"), str):
            settled["@id"] = drop_serial(value["@id"])
        return settled
    if isinstance(value, list):
        entries = [_drop_varying(inner, name, depth + 1) for inner in value]
        return entries if name in _ORDERED else sorted(entries, key=canonical)
    return value


_NAMES = {
    "title": ("dct:title", "dcterms:title", "http://purl.org/dc/terms/title", "title"),
    "name": ("edc:name", "https://w3id.org/edc/v0.0.1/ns/name", "name"),
    "description": (
        "dct:description",
        "dcterms:description",
        "http://purl.org/dc/terms/description",
        "description",
        "edc:description",
    ),
    "keyword": ("dcat:keyword", "http://www.w3.org/ns/dcat#keyword", "keyword"),
    "theme": ("dcat:theme", "http://www.w3.org/ns/dcat#theme", "theme"),
    "publisher": ("dct:publisher", "dcterms:publisher", "http://purl.org/dc/terms/publisher", "publisher"),
    "agent": ("foaf:name", "http://xmlns.com/foaf/0.1/name", "name"),
}


def _values(members: dict[str, Any], term: str) -> Iterator[Any]:
    """Yield what a term has, under whichever of its names it was written, one or many."""
    for name in _NAMES[term]:
        value = members.get(name)
        yield from value if isinstance(value, list) else () if value is None else (value,)


def _texts(members: dict[str, Any], term: str, limit: int) -> dict[str, str]:
    """Return a term's texts by language: plain, language-tagged, or as a map from language to text."""
    texts: dict[str, str] = {}
    for language, text in _read_tagged(members, term):
        cleaned = clean(text, limit)
        if cleaned and len(texts) < LANGUAGES:
            texts.setdefault(_language(language), cleaned)
    return texts


def _read_tagged(members: dict[str, Any], term: str) -> Iterator[tuple[Any, str]]:
    for value in _values(members, term):
        if isinstance(value, str):
            yield None, value
        elif isinstance(value, dict) and isinstance(value.get("@value"), str):
            yield value.get("@language"), value["@value"]
        elif isinstance(value, dict):
            yield from ((key, text) for key, text in value.items() if isinstance(text, str) and key[:1] != "@")


def _language(tag: Any) -> str:
    """Return the tag of a language in lower case, or the one for none where it is no such tag."""
    if isinstance(tag, str) and 2 <= len(tag) <= 20 and tag.replace("-", "").isalnum() and tag.isascii():
        return tag.lower()
    return NO_LANGUAGE


def _words(members: dict[str, Any], term: str) -> tuple[str, ...]:
    """Return a term's words or IRIs, each once, in the order given."""
    words: dict[str, None] = {}
    for value in _values(members, term):
        text = value.get("@id") or value.get("@value") if isinstance(value, dict) else value
        cleaned = clean(text, WORD_LENGTH) if isinstance(text, str) else ""
        if cleaned and len(words) < WORDS:
            words[cleaned] = None
    return tuple(words)


def _publisher(members: dict[str, Any]) -> str | None:
    for value in _values(members, "publisher"):
        if isinstance(value, dict):
            names = list(_texts(value, "agent", WORD_LENGTH).values())
            if names:
                return names[0]
        elif isinstance(value, str) and clean(value, WORD_LENGTH):
            return clean(value, WORD_LENGTH)
    return None


def offers(document: bytes) -> list[dict[str, Any]]:
    """Return the offers of an indexed Dataset, parsed."""
    view: dict[str, Any] = msgspec.json.decode(document)
    found: list[dict[str, Any]] = view["hasPolicy"]
    return found
