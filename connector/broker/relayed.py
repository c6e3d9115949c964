"""Participants that another broker lists and that are not on the participant list: relayed sources.

A relayed source is read with the catalogue of its broker, and is compared with the record by itself. It says which
brokers it came through, so that brokers that read each other come to an end: what came through this broker already is
not taken. Of several brokers that list a participant, the first one counts until it does not list it any more.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from msgspec.structs import replace

from connector.broker.crawl import Found, add_datasets, compute_delta, make_finder
from connector.broker.normalise import compute_catalog_digest
from connector.broker.reading.members import WORD_LENGTH
from connector.broker.schedule import NEVER, Rhythm, make_source, retire
from connector.ports.broker_store import PORTALS, CrawlSource, Delta
from connector.ports.identity import Identity, Participant
from connector.ports.peer import Nested
from connector.protocol.dsp.catalog import CatalogOrigin
from connector.protocol.dsp.errors import ProtocolError, clean
from connector.protocol.dsp.paths import check_pid

# The most brokers that a source comes through.
FARTHEST = 8
LONGEST_ADDRESS = 2048


@dataclass
class Relayed:
    """What a broker lists of one participant: the source, the digests of its entries, and what was found."""

    source: CrawlSource
    known: dict[str, str]
    found: Found = field(default_factory=Found)


def list_relayed(sources: Iterable[CrawlSource], broker: str) -> list[CrawlSource]:
    """Return the sources that a broker relays now."""
    return [source for source in sources if source.brokers[:1] == (broker,) and source.next_at < NEVER]


def is_free_for(held: CrawlSource | None, broker: str) -> bool:
    """Return whether a broker may speak for a participant, as far as the source that is `held` of it tells."""
    return held is None or held.next_at >= NEVER or held.brokers[:1] == (broker,)


def fail_with(source: CrawlSource, broker: CrawlSource) -> CrawlSource:
    """Return a relayed source after its broker could not be read."""
    state = {name: getattr(broker, name) for name in ("liveness", "failures", "failing_since", "next_at", "error")}
    return replace(source, **state)


def settle(broker: CrawlSource, relayed: Relayed, now: int, rhythm: Rhythm) -> tuple[Delta, CrawlSource]:
    """Return what changes of one relayed source, whose date is its broker's, and the broker, if need be due sooner."""
    delta = compute_delta(relayed.source, relayed.known, relayed.found, now=now, jitter=0.0, rhythm=rhythm)
    after = delta.source
    if after.shrink_seen:
        broker = replace(broker, next_at=min(broker.next_at, after.next_at))
    after = replace(after, next_at=broker.next_at)
    return replace(delta, source=after if after.datasets else retire(after)), broker


class RelayReading:
    """What one crawl of a broker finds of others.

    `held` are the relayed sources of this broker with the digests of their entries. `takes(participant)` returns
    whether this broker may speak for a participant.
    """

    def __init__(
        self,
        broker: CrawlSource,
        held: Mapping[str, Relayed],
        *,
        own: str,
        takes: Callable[[str], bool],
        now: int,
        rhythm: Rhythm,
    ) -> None:
        self._broker = broker
        self._own = own
        self._takes = takes
        self._now = now
        self._rhythm = rhythm
        self._seen: set[str] = set()
        self.relayed = dict(held)

    def add(self, nested: Sequence[Nested]) -> None:
        """Add datasets of others."""
        for entry in nested:
            participant, origin = entry.participant_id, entry.origin
            if participant is None or not self._may_take(participant, origin):
                continue
            relayed = self._find(participant, origin)
            if relayed is None:
                continue
            source = relayed.source
            find_address = make_finder(source, origin.services, partial(_judge, origin))
            compared = relayed.known if source.digest else {}
            add_datasets(relayed.found, [entry.dataset], source, compared, self._now, find_address)

    def digest(self) -> dict[str, str]:
        """Return the digest of what was found of each participant."""
        return {
            participant: compute_catalog_digest(relayed.found.digests)
            for participant, relayed in self.relayed.items()
            if relayed.found.digests
        }

    def _may_take(self, participant: str, origin: CatalogOrigin) -> bool:
        came = origin.brokers
        if origin.restricted or self._own in {participant, *came} or participant.startswith(PORTALS):
            return False
        # A broker that names itself among those before it has read its own entries back.
        if self._broker.participant in came or len(came) >= FARTHEST:
            return False
        return self._takes(participant)

    def _find(self, participant: str, origin: CatalogOrigin) -> Relayed | None:
        """Return a participant as its first nested catalogue of this crawl has it; None without an address."""
        known = self.relayed.get(participant)
        if participant in self._seen:
            return known
        address = _find_address(participant, origin)
        if address is None:
            return None
        name = clean(origin.name or participant, WORD_LENGTH)
        fresh = make_source(Participant(id=participant, name=name, address=address), self._now, self._rhythm)
        brokers = (self._broker.participant, *origin.brokers)
        if known is None:
            known = Relayed(replace(fresh, brokers=brokers), {})
        elif (known.source.name, known.source.address) != (name, address):
            # Without a digest, its entries are written again with the new name and address.
            known.source = replace(known.source, name=name, address=address, digest=None, brokers=brokers)
        else:
            known.source = replace(known.source, brokers=brokers)
        self._seen.add(participant)
        self.relayed[participant] = known
        return known


def is_relayed(participant: Participant, relays: Collection[str], identity: Identity) -> bool:
    """Return whether a member of another data space is read at the broker of that data space, one of `relays`."""
    if not participant.partner or participant.id in relays:
        return False
    brokers = (identity.participant(broker) for broker in relays)
    return any(broker is not None and broker.partner == participant.partner for broker in brokers)


def _find_address(participant: str, origin: CatalogOrigin) -> str | None:
    """Return the base URL for negotiations with a participant, as a broker lists it."""
    try:
        check_pid(participant)
    except ProtocolError:
        return None
    stated = origin.services.get(f"{participant}#connector") or next(iter(origin.services.values()), None)
    return stated if stated and _is_web(stated) else None


def _judge(origin: CatalogOrigin, _participant: str, url: str) -> str | None:
    """Return why a URL is none of a relayed participant: its broker does not name it."""
    return None if url in origin.services.values() and _is_web(url) else "The broker does not name this address."


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(url) <= LONGEST_ADDRESS
