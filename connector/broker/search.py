"""The JSON of search results, facets, changes and sources."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connector.broker import schedule
from connector.broker.finding import Hit, Results
from connector.broker.labels import label_value
from connector.broker.query import Asked
from connector.broker.reading.members import NO_LANGUAGE, WORD_LENGTH
from connector.broker.reading.terms import list_parties, write_terms
from connector.broker.visibility.audience import explain_teaser
from connector.ports.broker_store import PORTALS, CrawlSource, Entry, Liveness
from connector.ports.search_index import OFFSET, Counted, Facet, Match
from connector.protocol.credential import name_description
from connector.protocol.dsp.errors import clean
from connector.views.conversion import write_moment

Explain = Callable[[Entry], Sequence[Match]]

# Longer terms are not part of a result: the dataset contains them.
TERMS_BYTES = 16 * 1024
SUMMARY_LENGTH = 1000
_MOST_OFFERS = 20

_NOT_ASKED = frozenset({"The source was not asked", "The portal was not asked"})

# The order of languages if the wanted one is missing.
FALLBACK = ("de", "en", NO_LANGUAGE)


def render_results(results: Results, asked: Asked, explain: Explain, *, lang: str | None, now: int) -> dict[str, Any]:
    """Return the answer to a search: the page, the total number, the next offset, if any, and the facets asked for.

    `explain` returns why an entry matches. What this costs grows with the documents of the page.
    """
    following = asked.query.offset + asked.query.limit
    more = following < results.total and following <= OFFSET
    facets = {facet: _render_facet(facet, values, lang) for facet, values in results.facets.items()}
    return {
        "items": [render_result(hit, explain(hit.entry), lang=lang, now=now) for hit in results.hits],
        "total": results.total,
        "next": following if more else None,
        "corrected": results.corrected,
        "apart": results.apart,
        **({"facets": facets} if asked.query.facets else {}),
    }


def render_result(hit: Hit, matches: Sequence[Match], *, lang: str | None, now: int) -> dict[str, Any]:
    """Return one result. With `lang`, each text has one language: that one or the next in `FALLBACK`."""
    shown = summarise(hit.entry, lang=lang)
    stated = hit.entry.statements
    in_words = write_terms(shown["terms"]) if shown["terms"] else {}
    return shown | {
        "liveness": hit.liveness,
        "verified_at": format_moment(hit.entry.verified_at),
        "stale": schedule.is_stale(hit.liveness, hit.entry.verified_at, now),
        "score": round(hit.score, 6),
        "terms_in_words": choose_texts(in_words, lang),
        "matches": [msgspec.to_builtins(match) for match in matches],
        "licences": stated.licences,
        "languages": stated.languages,
        "data_formats": stated.formats,
        "frequency": stated.frequency,
        "access_rights": stated.access_rights,
        "data_class": stated.data_class,
        "places": stated.places,
        "boxes": stated.boxes,
        "begins": format_moment(stated.begins),
        "ends": format_moment(stated.ends),
        "issued": format_moment(stated.issued),
        "modified": format_moment(stated.modified),
        "prices": stated.prices,
        "also_at": [_render_via(entry) for entry in hit.also],
        "also_offered": [_name(entry) for entry in hit.same],
        "contradicted": [_name(entry) for entry in hit.contrary],
        "test": hit.entry.is_test,
        "self_description": _address_description(hit.entry) if hit.described else None,
    }


def _address_description(entry: Entry) -> str:
    """Return the path at which the broker serves what the provider has signed about a dataset, byte for byte."""
    return f"/v1/self-descriptions/{name_description(entry.participant, entry.id)}"


def render_suggestions(values: Sequence[Counted]) -> dict[str, Any]:
    """Return suggestions with their numbers of offers."""
    return {"items": [{"text": value.value, "count": value.count} for value in values]}


def _render_facet(facet: Facet, values: Sequence[Counted], lang: str | None) -> list[dict[str, Any]]:
    return [
        {"value": entry.value, "label": choose_texts(label_value(facet, entry.value), lang), "count": entry.count}
        for entry in values
    ]


def summarise(entry: Entry, *, lang: str | None = None) -> dict[str, Any]:
    """Return the summary of an entry: texts by language, the offered terms, and the address for negotiations.

    A teaser has its access policy in words as the description, and no offer. A reference has neither terms nor an
    address: `via` names its portal and the page there.
    """
    entry = explain_teaser(entry)
    view = msgspec.json.decode(entry.document)
    offered = view.get("hasPolicy", [])
    first = next(iter(offered), None)
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
        "formats": [] if entry.via else sorted({distribution["format"] for distribution in view["distribution"]}),
        "offer_id": first["@id"] if first else None,
        "terms": first if fits else None,
        "offers": len(offered),
        "only_for": list_readers(offered) if offered else (),
        "teaser": entry.reduced,
        "via": _render_via(entry) if entry.via else None,
    }


def _name(entry: Entry) -> dict[str, Any]:
    return {"participant": entry.participant, "id": entry.id, "publisher": entry.publisher}


def _render_via(entry: Entry) -> dict[str, Any]:
    """Return the portal of a reference by its short name, and the page that it leads to."""
    return {"portal": entry.participant.removeprefix(PORTALS), "page": entry.via}


def list_readers(offers: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Return the parties that all offers of a Dataset are for; nothing if one of them is for everybody."""
    found: dict[str, None] = {}
    for offer in offers[:_MOST_OFFERS]:
        parties = list_parties(offer)
        if not parties:
            return ()
        found |= dict.fromkeys(clean(party, WORD_LENGTH) for party in parties)
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
        "via": None if gone else entry.via,
        "dataset": None if gone else msgspec.json.decode(entry.document),
    }


def render_source(crawled: CrawlSource, *, whole: bool = False) -> dict[str, Any]:
    """Return the state of a source, as everybody may know it; the `whole` one is for the operator."""
    lasting = crawled.next_at < schedule.NEVER
    return {
        "participant": crawled.participant,
        "kind": crawled.portal.kind if crawled.portal else "participant",
        "name": crawled.name,
        "address": crawled.address,
        "brokers": crawled.brokers,
        "liveness": crawled.liveness,
        "datasets": crawled.datasets,
        "failures": crawled.failures,
        "interval_seconds": crawled.interval / 1000,
        "verified_at": format_moment(crawled.verified_at),
        "failing_since": format_moment(crawled.failing_since),
        "next_at": format_moment(crawled.next_at) if lasting else None,
        "error": crawled.error if whole else _tell_fault(crawled.error),
    }


def _tell_fault(error: str | None) -> str | None:
    """Return why a source was not read, without what its address means in the network of the operator."""
    kept = (error or "").partition(":")[0]
    return f"{kept}." if kept in _NOT_ASKED else error


def render_dataset(entry: Entry, crawled: CrawlSource | None, *, lang: str | None, now: int) -> dict[str, Any]:
    """Return one complete entry, with the dataset as the provider sent it."""
    liveness = crawled.liveness if crawled else Liveness.DEAD
    return summarise(entry, lang=lang) | {
        "description": choose_texts(explain_teaser(entry).descriptions, lang),
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
    return None if at is None else write_moment(at)
