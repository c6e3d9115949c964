"""The search of the broker: the bounds of a query, and the JSON of results, changes and sources."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import msgspec

from connector.broker import schedule
from connector.broker.normalise import NO_LANGUAGE, WORD_LENGTH, parse_offers
from connector.policy.model.errors import PolicyError
from connector.policy.reading.frame import list_assignees
from connector.policy.reading.load import load
from connector.ports.broker_store import CrawlSource, Entry, Hit, Liveness, Query
from connector.protocol import dcat
from connector.protocol.dsp.errors import clean
from connector.views.conversion import moment

TEXT_LENGTH = 500
WORDS = 16
LIMIT = 100
OFFSET = 100_000
# Longer terms are not part of a result: the dataset contains them.
TERMS_BYTES = 16 * 1024
SUMMARY_LENGTH = 1000
_MOST_OFFERS = 20

# The order of languages if the wanted one is missing.
FALLBACK = ("de", "en", NO_LANGUAGE)


def make_query(
    text: str = "",
    *,
    publisher: str | None = None,
    theme: str | None = None,
    keyword: str | None = None,
    limit: int = 20,
    offset: int = 0,
    stale: bool = False,
) -> Query:
    """Return a query within bounds: without control characters, with the first words, at most `LIMIT` results."""
    words = unicodedata.normalize("NFC", clean(text, TEXT_LENGTH)).split()
    return Query(
        text=" ".join(words[:WORDS]),
        publisher=_clean_filter(publisher),
        theme=_clean_filter(None if theme is None else dcat.to_theme(theme)),
        keyword=_clean_filter(keyword),
        limit=max(1, min(limit, LIMIT)),
        offset=max(0, min(offset, OFFSET)),
        stale=stale,
    )


def render_results(hits: Sequence[Hit], total: int, asked: Query, *, lang: str | None, now: int) -> dict[str, Any]:
    """Return the answer to a search: the page, the total number, and the next offset, if any."""
    following = asked.offset + len(hits)
    more = bool(hits) and following < total and following <= OFFSET
    return {
        "items": [render_result(hit, lang=lang, now=now) for hit in hits],
        "total": total,
        "next": following if more else None,
    }


def render_result(hit: Hit, *, lang: str | None, now: int) -> dict[str, Any]:
    """Return one result. With `lang`, each text has one language: that one or the next in `FALLBACK`."""
    shown = summarise(hit.entry, lang=lang)
    return shown | {
        "liveness": hit.liveness,
        "verified_at": format_moment(hit.entry.verified_at),
        "stale": schedule.is_stale(hit.liveness, hit.entry.verified_at, now),
        "score": round(hit.score, 6),
    }


def summarise(entry: Entry, *, lang: str | None = None) -> dict[str, Any]:
    """Return the summary of an entry: texts by language, the offered terms, and the address for negotiations."""
    view = msgspec.json.decode(entry.document)
    offered = parse_offers(entry.document)
    first = offered[0]
    fits = len(msgspec.json.encode(first)) <= TERMS_BYTES
    descriptions = {tag: clean(text, SUMMARY_LENGTH) for tag, text in entry.descriptions.items()}
    return {
        "participant": entry.participant,
        "id": entry.id,
        "address": entry.address,
        "title": choose_texts(entry.titles, lang),
        "description": choose_texts(descriptions, lang),
        "publisher": entry.publisher,
        "keywords": entry.keywords,
        "themes": entry.themes,
        "formats": sorted({distribution["format"] for distribution in view["distribution"]}),
        "offer_id": first["@id"],
        "terms": first if fits else None,
        "offers": len(offered),
        "only_for": list_readers(offered),
    }


def list_readers(offers: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Return the parties that all offers of a Dataset are for; nothing if one of them is for everybody."""
    found: dict[str, None] = {}
    for offer in offers[:_MOST_OFFERS]:
        try:
            parties = list_assignees(load(offer))
        except PolicyError:
            return ()
        if not parties:
            return ()
        found |= dict.fromkeys(clean(party.uid, WORD_LENGTH) for party in parties)
    return tuple(found)[:_MOST_OFFERS]


def render_change(entry: Entry) -> dict[str, Any]:
    """Return an entry of the list of changes: a tombstone, or the current dataset."""
    gone = entry.removed_at is not None
    return {
        "seq": entry.seq,
        "participant": entry.participant,
        "id": entry.id,
        "changed_at": format_moment(entry.removed_at or entry.changed_at),
        "removed": gone,
        "dataset": None if gone else msgspec.json.decode(entry.document),
    }


def render_source(crawled: CrawlSource) -> dict[str, Any]:
    """Return the state of a source."""
    lasting = crawled.next_at < schedule.NEVER
    return {
        "participant": crawled.participant,
        "name": crawled.name,
        "address": crawled.address,
        "liveness": crawled.liveness,
        "datasets": crawled.datasets,
        "failures": crawled.failures,
        "interval_seconds": crawled.interval / 1000,
        "verified_at": format_moment(crawled.verified_at),
        "failing_since": format_moment(crawled.failing_since),
        "next_at": format_moment(crawled.next_at) if lasting else None,
        "error": crawled.error,
    }


def render_dataset(entry: Entry, crawled: CrawlSource | None, *, lang: str | None, now: int) -> dict[str, Any]:
    """Return one complete entry, with the dataset as the provider sent it."""
    liveness = crawled.liveness if crawled else Liveness.DEAD
    return summarise(entry, lang=lang) | {
        "description": choose_texts(entry.descriptions, lang),
        "liveness": liveness,
        "verified_at": format_moment(entry.verified_at),
        "stale": schedule.is_stale(liveness, entry.verified_at, now),
        "dataset": msgspec.json.decode(entry.document),
    }


def choose_texts(texts: dict[str, str], lang: str | None) -> dict[str, str]:
    """Return all texts, or with `lang` one: in that language, else German, English, or the first one."""
    if lang is None or not texts:
        return texts
    wanted = lang.lower()
    related = [tag for tag in texts if tag.partition("-")[0] == wanted.partition("-")[0]]
    chosen = next(tag for tag in (wanted, *related, *FALLBACK, *texts) if tag in texts)
    return {chosen: texts[chosen]}


def format_moment(at: int | None) -> str | None:
    """Return a time in ms since the Unix epoch as RFC 3339."""
    if at is None:
        return None
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _clean_filter(text: str | None) -> str | None:
    cleaned = unicodedata.normalize("NFC", clean(text, WORD_LENGTH)) if text else ""
    return cleaned or None
