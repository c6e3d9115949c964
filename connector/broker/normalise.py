"""A Dataset as an entry of the broker's index, with a digest that does not depend on its notation.

DCAT 3, DCAT-AP; Dataspace Protocol 2025-1. The digest ignores the parts that deployed connectors renew with each
answer: the third part of offer identifiers, and the identifiers of services inside distributions. Lists without an
order are sorted. The document is stored byte for byte.

Pure: standard library and msgspec only.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from connector.broker.reading.agents import read_publisher
from connector.broker.reading.likeness import list_likenesses
from connector.broker.reading.members import (
    NO_LANGUAGE,
    WORD_LENGTH,
    choose_text,
    read_concepts,
    read_texts,
    read_words,
)
from connector.broker.reading.statements import read_statements
from connector.ports.broker_store import CrawlSource, Entry
from connector.protocol import dcat
from connector.protocol.dsp.catalog import DATASET_LIMIT, dataset_view, drop_unreadable
from connector.protocol.dsp.codec import canonical, parse
from connector.protocol.dsp.errors import ProtocolError, RemoteProtocolError, clean
from connector.protocol.dsp.identifiers import ID_LIMIT
from connector.protocol.dsp.offer_ids import drop_serial
from connector.protocol.dsp.paths import check_pid

# Less than the limit of a message, because a dataset is nested in two catalogues.
DEPTH = 60
TITLE_LENGTH = 500
DESCRIPTION_LENGTH = 5000

_ORDERED = frozenset({"@list", "andSequence"})

FindAddress = Callable[[dict[str, Any]], str]


class Unusable(Exception):
    """A Dataset cannot be indexed; `id` is its identifier, if readable, the message one sentence."""

    def __init__(self, reason: str, id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.id = id


class EntryRead(msgspec.Struct, frozen=True):
    """An entry, and why offers of its Dataset are left out of it: one sentence for each."""

    entry: Entry
    left_out: tuple[str, ...] = ()


def read_entry(document: bytes, source: CrawlSource, now: int, find_address: FindAddress | None = None) -> EntryRead:
    """Read one Dataset of a source's catalogue as an entry of the index, first seen at `now`. Raises Unusable.

    An offer that cannot be read is left out; without any other offer the Dataset is unusable.
    `find_address` returns the base URL for negotiations on a parsed Dataset; without it, the source's address is used.
    """
    members = _read_members(document)
    dataset = read_identifier(members)
    address = find_address(members) if find_address else source.address
    try:
        document, members, left_out = _keep_readable(document, members, dataset)
        # A service that is given by its identifier can move while its datasets stay as they are.
        lasting = compute_digest(members if address == source.address else {**members, "accessService": address})
    except ProtocolError as error:
        raise Unusable(f"The dataset {clean(dataset, WORD_LENGTH)} cannot be read: {error.reason}", dataset) from None
    entry = make_entry(members, document, source, digest=lasting, address=address, now=now)
    return EntryRead(entry, left_out)


def make_entry(
    members: dict[str, Any], document: bytes, source: CrawlSource, *, digest: str, address: str, now: int
) -> Entry:
    """Return the entry of a parsed Dataset with an identifier, first seen at `now` (ms)."""
    dataset: str = members["@id"]
    return Entry(
        participant=source.participant,
        id=dataset,
        digest=digest,
        document=document,
        titles=read_texts(members, "dct:title", TITLE_LENGTH)
        or read_texts(members, "edc:name", TITLE_LENGTH)
        or _make_title(dataset),
        descriptions=read_texts(members, "dct:description", DESCRIPTION_LENGTH, lines=True)
        or read_texts(members, "edc:description", DESCRIPTION_LENGTH, lines=True),
        keywords=read_words(members, "dcat:keyword"),
        themes=name_themes(members),
        publisher=choose_text(read_publisher(members)) or source.name,
        address=address,
        first_seen=now,
        changed_at=now,
        verified_at=now,
        statements=read_statements(members, now),
        likenesses=tuple(likeness.key for likeness in list_likenesses(members)),
    )


def name_themes(members: dict[str, Any]) -> tuple[str, ...]:
    """Return the themes of a Dataset: IRIs of EU data themes, others by the label that the Dataset states.

    >>> name_themes({"dcat:theme": ["TRAN", {"@id": "https://v.example/7", "skos:prefLabel": "Stadtklima"}]})
    ('http://publications.europa.eu/resource/authority/data-theme/TRAN', 'Stadtklima')
    """
    named = ((dcat.to_theme(theme), label) for theme, label in read_concepts(members, "dcat:theme").items())
    return tuple(dict.fromkeys(theme if dcat.label_theme(theme) else label or theme for theme, label in named))


def _keep_readable(
    document: bytes, members: dict[str, Any], dataset: str
) -> tuple[bytes, dict[str, Any], tuple[str, ...]]:
    """Return a Dataset without the offers that cannot be read, and why. Raises ProtocolError for other faults."""
    try:
        dataset_view(document)
    except ProtocolError:
        kept, faults = drop_unreadable(members)
        if not faults or not kept.get("hasPolicy"):
            raise
        document = msgspec.json.encode(kept)
        dataset_view(document)
        name = clean(dataset, WORD_LENGTH)
        return document, kept, tuple(f"An offer of {name} cannot be read: {fault}" for fault in faults)
    return document, members, ()


def compute_digest(dataset: dict[str, Any]) -> str:
    """Return the SHA-256 (hexadecimal) of a parsed Dataset without the parts that are renewed with each answer."""
    return hashlib.sha256(canonical(_drop_varying(dataset, ""))).hexdigest()


def compute_catalog_digest(digests: dict[str, str]) -> str:
    """Return the digest of a catalogue: of the identifiers and digests of its datasets, in any order."""
    return hashlib.sha256(canonical(digests)).hexdigest()


def _read_members(document: bytes) -> dict[str, Any]:
    if len(document) > DATASET_LIMIT:
        raise Unusable(f"A dataset is larger than {DATASET_LIMIT} bytes: ask the provider to shorten it.")
    try:
        members = parse(document)
    except ProtocolError as error:
        raise Unusable(f"A dataset cannot be read: {error.reason}") from None
    if not isinstance(members, dict):
        raise Unusable("A dataset is not a JSON object: expected an object with @id.")
    return members


def read_identifier(members: dict[str, Any]) -> str:
    """Return the identifier of a parsed Dataset. Raises Unusable without one that can be asked for."""
    found = members.get("@id")
    name = found if isinstance(found, str) and found.strip() else ""
    try:
        # As in a request: what nobody could ask for is not listed.
        check_pid(name)
    except ProtocolError:
        raise Unusable(
            f"A dataset has no usable @id: expected 1 to {ID_LIMIT} bytes without control characters."
        ) from None
    return name


def _make_title(dataset: str) -> dict[str, str]:
    """Return the title of a dataset without one: its identifier."""
    return {NO_LANGUAGE: clean(dataset, TITLE_LENGTH)}


def _drop_varying(value: Any, name: str, depth: int = 1) -> Any:
    """Return a value without the renewed parts; `name` is the member that contains it."""
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
