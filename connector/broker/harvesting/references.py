"""A Dataset of a portal as an entry of the record: a reference, which leads to the portal and has nothing to negotiate.

Pure.
"""

import hashlib

import msgspec

from connector.broker.harvesting.parts import Described
from connector.broker.normalise import Unusable, compute_digest, make_entry, read_identifier
from connector.broker.reading.members import WORD_LENGTH, MemberMap, find_addresses
from connector.ports.broker_store import CrawlSource, Entry
from connector.protocol.dsp.catalog import DATASET_LIMIT
from connector.protocol.dsp.errors import ProtocolError, clean
from connector.semantic.statements import is_web_address

READING = "6"
"""The version of the readers: with another one, every dataset of every portal is read again."""


def read_reference(described: Described, source: CrawlSource, now: int) -> Entry:
    """Return the entry of a Dataset of a portal, first seen at `now` (ms). Raises Unusable."""
    members = described.members
    dataset = read_identifier(members)
    document = msgspec.json.encode(members)
    if len(document) > DATASET_LIMIT:
        raise Unusable(f"The dataset {clean(dataset, WORD_LENGTH)} is larger than {DATASET_LIMIT} bytes.", dataset)
    try:
        mark = described.mark or compute_digest(members)
    except ProtocolError as error:
        raise Unusable(f"The dataset {clean(dataset, WORD_LENGTH)} cannot be read: {error.reason}", dataset) from None
    entry = make_entry(members, document, source, digest=digest_mark(source, mark), address="", now=now)
    return msgspec.structs.replace(entry, via=_find_page(members, source))


def _find_page(members: MemberMap, source: CrawlSource) -> str:
    """Return where people read of a dataset: its page, else what its IRI leads to, else the portal.

    A name within the document of the catalogue leads no further than the catalogue.
    """
    named, _, part = members["@id"].partition("#")
    pages = (*find_addresses(members, "dcat:landingPage"), *((named,) if named != source.address and not part else ()))
    return next(filter(is_web_address, pages), source.address)


def digest_mark(source: CrawlSource, mark: str) -> str:
    """Return the digest (hexadecimal SHA-256) of an entry by the mark of its version.

    The address of the portal is part of it, because a reference leads there.
    """
    return hashlib.sha256(f"{READING}\n{source.address}\n{mark}".encode("utf-8", "replace")).hexdigest()
