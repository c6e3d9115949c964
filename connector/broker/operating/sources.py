"""The sources as their operator looks at them: chosen by state, mark and words, and counted."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from connector.broker.schedule import make_portal
from connector.ports.broker_store import PORTALS, CrawlSource, Liveness
from connector.ports.moderation import MarkKind
from connector.views.portals import PORTAL_NAME, PortalKind
from connector.views.sources import SourceKind, SourceOrder

Marks = Mapping[str, frozenset[MarkKind]]


class SourceChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Which sources are wanted: of a kind, in a state, with a mark, with words in name or address.

    `failing` is whether only those whose last crawl failed are wanted, `portals` whether only portals are.
    """

    kind: SourceKind | None = None
    state: Liveness | None = None
    mark: MarkKind | None = None
    text: str = ""
    failing: bool = False
    portals: bool = False


def choose_sources(sources: Iterable[CrawlSource], marks: Marks, choice: SourceChoice) -> list[CrawlSource]:
    """Return the wanted sources, ordered by identifier."""
    return sorted((source for source in sources if _fits(source, marks, choice)), key=lambda source: source.participant)


def _fits(source: CrawlSource, marks: Marks, choice: SourceChoice) -> bool:
    text = f"{source.name}\n{source.participant}\n{source.address}".casefold()
    return (
        choice.kind in (None, find_kind(source))
        and choice.state in (None, source.liveness)
        and (choice.mark is None or choice.mark in marks.get(source.participant, ()))
        and choice.text.casefold() in text
        and (not choice.failing or source.failures > 0)
        and (not choice.portals or source.portal is not None)
    )


def find_kind(source: CrawlSource) -> SourceKind:
    """Return what a source is."""
    return SourceKind.PARTICIPANT if source.portal is None else SourceKind(source.portal.kind)


def name_source(kind: SourceKind, name: str) -> str:
    """Return the identifier of a source: that of a participant, or one made from the short name of a portal.

    >>> name_source(SourceKind.CKAN, "city")
    'urn:datenkontor:portal:city'
    """
    return name if kind is SourceKind.PARTICIPANT or name.startswith(PORTALS) else PORTALS + name


def enter_source(order: SourceOrder) -> CrawlSource:
    """Return the source that the operator enters. Raises ValueError with the reason."""
    if order.kind is SourceKind.PARTICIPANT:
        if order.participant.startswith(PORTALS) or "?" in order.address:
            raise ValueError("This is no identifier or no base URL of a participant: give those of its catalogue.")
        return CrawlSource(participant=order.participant, name=order.name or order.participant, address=order.address)
    name = order.participant.removeprefix(PORTALS)
    if not re.fullmatch(PORTAL_NAME, name):
        raise ValueError("The short name of a portal has small letters, digits and hyphens: choose another one.")
    return make_portal(name, PortalKind(order.kind), order.address, order.name or name)


def count_states(sources: Sequence[CrawlSource]) -> dict[str, int]:
    """Return the number of sources in each state, in the order of the states; states without sources are left out."""
    counted = Counter(source.liveness for source in sources)
    return {state.value: counted[state] for state in Liveness if counted[state]}


def count_crawls(source: CrawlSource) -> tuple[int, int]:
    """Return how many crawls of the last 30 days succeeded and failed."""
    return sum(day.succeeded for day in source.days), sum(day.failed for day in source.days)
