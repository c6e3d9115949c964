"""Searching the index: what a question may be, and how a result is written for programs and people."""

import datetime as dt
import unicodedata
from collections.abc import Sequence
from typing import Any

import msgspec

from connector.broker import schedule
from connector.broker.normalise import NO_LANGUAGE, WORD_LENGTH, offers
from connector.ports.broker_store import CrawlSource, Entry, Hit, Liveness, Query
from connector.protocol.dsp.errors import clean

TEXT_LENGTH = 500
WORDS = 16
LIMIT = 100
OFFSET = 100_000
# A longer offer is not repeated in every result: the dataset itself has it.
TERMS_BYTES = 16 * 1024
SUMMARY_LENGTH = 1000

# The order of languages where the wanted one is missing.
FALLBACK = ("de", "en", NO_LANGUAGE)


def query(
    text: str = "",
    *,
    publisher: str | None = None,
    theme: str | None = None,
    keyword: str | None = None,
    limit: int = 20,
    offset: int = 0,
    stale: bool = False,
) -> Query:
    """Return a question within bounds: control characters out, the first words only, at most `LIMIT` results."""
    words = unicodedata.normalize("NFC", clean(text, TEXT_LENGTH)).split()
    return Query(
        text=" ".join(words[:WORDS]),
        publisher=_filter(publisher),
        theme=_filter(theme),
        keyword=_filter(keyword),
        limit=max(1, min(limit, LIMIT)),
        offset=max(0, min(offset, OFFSET)),
        stale=stale,
    )


def results(hits: Sequence[Hit], total: int, asked: Query, *, lang: str | None, now: int) -> dict[str, Any]:
    """Return the answer to a search: the page, how many there are in all, and the next offset, if there is one."""
    following = asked.offset + len(hits)
    more = bool(hits) and following < total and following <= OFFSET
    return {
        "items": [result(hit, lang=lang, now=now) for hit in hits],
        "total": total,
        "next": following if more else None,
    }


def result(hit: Hit, *, lang: str | None, now: int) -> dict[str, Any]:
    """Return one result. With `lang` each text is given once, in that language or the next best."""
    shown = summary(hit.entry, lang=lang)
    return shown | {
        "liveness": hit.liveness,
        "verified_at": moment(hit.entry.verified_at),
        "stale": schedule.is_stale(hit.liveness, hit.entry.verified_at, now),
        "score": round(hit.score, 6),
    }


def summary(entry: Entry, *, lang: str | None = None) -> dict[str, Any]:
    """Return what an entry says: titles by language, terms as offered, and where to negotiate for it."""
    view = msgspec.json.decode(entry.document)
    held = offers(entry.document)
    first = held[0]
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
        "offers": len(held),
    }


def change(entry: Entry) -> dict[str, Any]:
    """Return an entry of the list of changes: a tombstone, or the dataset as it is now."""
    gone = entry.removed_at is not None
    return {
        "seq": entry.seq,
        "participant": entry.participant,
        "id": entry.id,
        "changed_at": moment(entry.removed_at or entry.changed_at),
        "removed": gone,
        "dataset": None if gone else msgspec.json.decode(entry.document),
    }


def source(crawled: CrawlSource) -> dict[str, Any]:
    """Return how a source is doing."""
    lasting = crawled.next_at < schedule.NEVER
    return {
        "participant": crawled.participant,
        "name": crawled.name,
        "address": crawled.address,
        "liveness": crawled.liveness,
        "datasets": crawled.datasets,
        "failures": crawled.failures,
        "interval_seconds": crawled.interval / 1000,
        "verified_at": moment(crawled.verified_at),
        "failing_since": moment(crawled.failing_since),
        "next_at": moment(crawled.next_at) if lasting else None,
        "error": crawled.error,
    }


def render_dataset(entry: Entry, crawled: CrawlSource | None, *, lang: str | None, now: int) -> dict[str, Any]:
    """Return one entry in full, with the dataset as its provider sent it."""
    liveness = crawled.liveness if crawled else Liveness.DEAD
    return summary(entry, lang=lang) | {
        "description": choose_texts(entry.descriptions, lang),
        "liveness": liveness,
        "verified_at": moment(entry.verified_at),
        "stale": schedule.is_stale(liveness, entry.verified_at, now),
        "dataset": msgspec.json.decode(entry.document),
    }


def choose_texts(texts: dict[str, str], lang: str | None) -> dict[str, str]:
    """Return all texts, or with `lang` the one in that language; else in German, English, or whichever there is."""
    if lang is None or not texts:
        return texts
    wanted = lang.lower()
    related = [tag for tag in texts if tag.partition("-")[0] == wanted.partition("-")[0]]
    chosen = next(tag for tag in (wanted, *related, *FALLBACK, *texts) if tag in texts)
    return {chosen: texts[chosen]}


def moment(at: int | None) -> str | None:
    """Return a time in ms since the Unix epoch as RFC 3339."""
    if at is None:
        return None
    stamp = dt.datetime.fromtimestamp(at / 1000, dt.UTC)
    return stamp.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _filter(text: str | None) -> str | None:
    cleaned = unicodedata.normalize("NFC", clean(text, WORD_LENGTH)) if text else ""
    return cleaned or None
