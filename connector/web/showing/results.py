"""A search as its address states it, and what is found as a person reads it: filters, results and why they match.

The address has words of its own, so that a view can be sent to a colleague; the broker has those of its API.
"""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

import msgspec

from connector.broker.labels import label_value
from connector.ports.search_index import Facet
from connector.semantic.codes import find_code
from connector.semantic.statements import is_web_address
from connector.views.search import FacetValueView, HitsView, HitView, MatchView
from connector.web.frame.wording import PageWords
from connector.web.showing.area import Drawing, draw_boxes
from connector.web.typed import read_day, read_number

PAGE, FARTHEST = 20, 10_000
LONGEST, MOST_VALUES, MOST_FIELDS = 300, 20, 100
FILTERS: Mapping[str, Facet] = {
    "zweck": Facet.PURPOSE,
    "thema": Facet.THEME,
    "anbieter": Facet.PUBLISHER,
    "ort": Facet.PLACE,
    "format": Facet.FORMAT,
    "preis": Facet.PRICE,
    "takt": Facet.FREQUENCY,
    "geaendert": Facet.CHANGED,
    "lizenz": Facet.LICENCE,
    "zugang": Facet.ACCESS,
    "sprache": Facet.LANGUAGE,
}
DAYS = frozenset({"von", "bis"})
"""The fields in which a person types a day, as people write one."""
PLAIN = ("q", "von", "bis", "laenge", "breite", "km", "ausschnitt", "sortierung")
SORTINGS: Mapping[str, str] = {"neueste": "newest", "titel": "title"}
SHOWN_VALUES = 6
_FIELDS = {"since": "finding.since", "until": "finding.until", "bbox": "finding.map", "near": "finding.place"}
_MARKED, _TAGS = 3, 4


class AskedSearch(msgspec.Struct, frozen=True):
    """What the address of a search states: its plain fields and its filters by name, and how many results to skip."""

    plain: Mapping[str, str] = {}
    filters: Mapping[str, tuple[str, ...]] = {}
    offset: int = 0

    @property
    def words(self) -> str:
        """The words that were typed."""
        return self.plain.get("q", "")

    @property
    def sorting(self) -> str:
        """The order of the results, empty for the best match first."""
        chosen = self.plain.get("sortierung", "")
        return chosen if chosen in SORTINGS else ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything beside the words and the order narrows the results."""
        return bool(self.filters) or any(self.plain.get(name) for name in PLAIN if name not in {"q", "sortierung"})

    def write_address(self, path: str = "/suche", **changed: str) -> str:
        """Return the address of this search with other plain fields, at its first page; empty ones are left out."""
        plain = {name: value for name, value in {**self.plain, **changed}.items() if value}
        listed = [(name, value) for name, values in self.filters.items() for value in values]
        query = urlencode([*plain.items(), *listed])
        return f"{path}?{query}" if query else path

    @property
    def carried(self) -> str | None:
        """The query of this search, which the links to its results carry; None if there is none."""
        return self.write_page(self.offset).partition("?")[2] or None

    def write_page(self, offset: int) -> str:
        """Return the address of this search from a result on."""
        address = self.write_address()
        return f"{address}{'&' if '?' in address else '?'}ab={offset}" if offset > 0 else address

    def switch(self, name: str, value: str) -> "AskedSearch":
        """Return this search with a value of a filter chosen, or no longer chosen, at its first page."""
        chosen = self.filters.get(name, ())
        values = tuple(kept for kept in chosen if kept != value) if value in chosen else (*chosen, value)
        filters = {known: found for known, found in {**self.filters, name: values}.items() if found}
        return AskedSearch(self.plain, filters)


class FilterChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a filter: its name, how many results have it (None: unknown), and the address that switches it."""

    label: str
    count: int | None
    address: str
    chosen: bool


class FilterShown(msgspec.Struct, frozen=True, kw_only=True):
    """A filter with its values, the first ones and more of them."""

    name: str
    label: str
    first: tuple[FilterChoice, ...]
    more: tuple[FilterChoice, ...]


class Marked(msgspec.Struct, frozen=True):
    """A piece of a text, and whether it is one of the words that were searched for."""

    text: str
    found: bool


class ResultShown(msgspec.Struct, frozen=True, kw_only=True):
    """A result as a card: `state` is the kind of a tag and its text; `why` the fields that match, with their texts.

    `page` is the address at its portal that a reference leads to, else empty. Of a `teaser` only the title is shown,
    and in the `summary` who sees the rest. `alike` says who else offers the dataset, or says something else of it.
    """

    title: str
    title_language: str
    participant: str
    dataset: str
    publisher: str
    state: tuple[str, str]
    tags: tuple[str, ...]
    terms: str
    summary: str
    summary_language: str
    only_for: str
    why: tuple[tuple[str, tuple[Marked, ...]], ...]
    page: str = ""
    teaser: bool = False
    alike: tuple[str, ...] = ()


class PageShown(msgspec.Struct, frozen=True, kw_only=True):
    """A page of results: the results, the filters, where they lie, and the addresses of the pages beside it."""

    total: int
    corrected: bool
    results: tuple[ResultShown, ...]
    filters: tuple[FilterShown, ...]
    drawing: Drawing | None
    number: int
    pages: int
    before: str
    after: str


def read_search(given: Iterable[tuple[str, str]]) -> AskedSearch:
    """Return the search of an address; what it does not know, and what is too long or too much, is left out.

    >>> read_search([("q", " Baustellen "), ("format", "CSV"), ("unknown", "1"), ("ab", "20")]).words
    'Baustellen'
    """
    plain: dict[str, str] = {}
    filters: dict[str, tuple[str, ...]] = {}
    offset = 0
    for name, value in given:
        text = " ".join(value.split())[:LONGEST]
        if name in PLAIN and text:
            plain[name] = read_day(text) if name in DAYS else text
        elif name in FILTERS and text and len(filters.get(name, ())) < MOST_VALUES:
            filters[name] = tuple(dict.fromkeys((*filters.get(name, ()), text)))
        elif name == "ab" and text.isascii() and text.isdecimal():
            offset = min(int(text[:9]), FARTHEST)
    return AskedSearch(plain, filters, offset)


def read_back(text: str) -> str:
    """Return the address of the search that led to an offer, from the query that its link carries.

    >>> read_back("q=Rad&format=CSV&ab=20"), read_back("https://elsewhere.example")
    ('/suche?q=Rad&format=CSV&ab=20', '/suche')
    """
    asked = read_carried(text)
    return asked.write_page(asked.offset)


def read_carried(text: str) -> AskedSearch:
    """Return the search of a query that a link or a form carries; an empty one for more fields than a search has.

    >>> read_carried("q=Rad").words, read_carried("q=Rad&" * 200).words
    ('Rad', '')
    """
    return read_search(parse_qsl(text, max_num_fields=MOST_FIELDS)) if text.count("&") < MOST_FIELDS else AskedSearch()


def write_query(asked: AskedSearch) -> dict[str, str | Sequence[str]]:
    """Return the parameters of the broker's API for a search."""
    query: dict[str, str | Sequence[str]] = {"limit": str(PAGE), "offset": str(asked.offset), "facets": "true"}
    plain = asked.plain
    named = {"q": plain.get("q"), "since": plain.get("von"), "until": plain.get("bis"), "bbox": plain.get("ausschnitt")}
    # Without a word there is no best match: what is new comes first.
    order = SORTINGS.get(asked.sorting) or ("" if asked.words else "newest")
    query |= {name: value for name, value in {**named, "sort": order}.items() if value}
    if plain.get("laenge") and plain.get("breite"):
        circle = (plain["laenge"], plain["breite"], plain.get("km") or "10")
        query["near"] = ",".join(read_number(part) for part in circle)
    return query | {FILTERS[name].value: list(values) for name, values in asked.filters.items()}


def show_page(words: PageWords, asked: AskedSearch, found: HitsView, now: int) -> PageShown:
    """Return a page of results as a person reads it, at `now` (ms)."""
    kept = msgspec.structs.replace(found, items=found.items[:PAGE])
    following = asked.offset + PAGE
    return PageShown(
        total=found.total,
        corrected=found.corrected,
        results=tuple(show_result(words, hit, now) for hit in kept.items),
        filters=tuple(show_filters(words, asked, found)),
        drawing=draw_results(kept),
        number=asked.offset // PAGE + 1,
        pages=-(-found.total // PAGE),
        before=asked.write_page(asked.offset - PAGE) if asked.offset else "",
        after=asked.write_page(following) if following < min(found.total, FARTHEST) else "",
    )


def show_filters(words: PageWords, asked: AskedSearch, found: HitsView) -> list[FilterShown]:
    """Return the filters that have a choice, each with its most frequent values and those that are chosen."""
    shown = []
    for name, facet in FILTERS.items():
        # A place that has an IRI alone says nothing to people.
        counted = [
            entry
            for entry in found.facets.get(facet.value, ())[: 5 * SHOWN_VALUES]
            if facet is not Facet.PLACE or "://" not in entry.value
        ]
        choices = [_show_choice(words, asked, name, entry.value, entry) for entry in counted]
        known = {entry.value for entry in counted}
        chosen = [value for value in asked.filters.get(name, ()) if value not in known]
        choices += [_show_choice(words, asked, name, value, None) for value in chosen]
        choices.sort(key=lambda choice: not choice.chosen)
        if choices:
            shown.append(
                FilterShown(
                    name=name,
                    label=words.say(f"search.facet-{facet}"),
                    first=tuple(choices[:SHOWN_VALUES]),
                    more=tuple(choices[SHOWN_VALUES:]),
                )
            )
    return shown


def show_result(words: PageWords, hit: HitView, now: int) -> ResultShown:
    """Return a result as a card in the reader's language, at `now` (ms)."""
    terms = words.pick(hit.terms_in_words)
    return ResultShown(
        title=words.pick(hit.title, words.say("untitled"))[:LONGEST],
        title_language=words.spoken(hit.title),
        participant=hit.participant,
        dataset=hit.id,
        publisher=(hit.publisher or words.party(hit.participant))[:LONGEST],
        state=_write_state(words, hit, now),
        tags=tuple(_list_tags(words, hit)),
        terms=terms[: 2 * LONGEST],
        summary=words.pick(hit.description)[: LONGEST * (2 if hit.teaser else 1)],
        summary_language=words.spoken(hit.description),
        only_for=", ".join(hit.only_for)[:LONGEST],
        why=tuple(
            (words.say(f"finding.match-{match.field}"), tuple(_mark(match)))
            for match in hit.matches[:_MARKED]
            if words.find(f"finding.match-{match.field}")
        ),
        page=read_page(hit),
        teaser=hit.teaser,
        alike=tuple(_list_alike(words, hit)),
    )


def read_page(hit: HitView) -> str:
    """Return the page of its portal that a reference leads to; nothing for an offer, or if it is not on the web."""
    return hit.via.page if hit.via and is_web_address(hit.via.page) else ""


def write_refusal(words: PageWords, reason: str) -> str:
    """Return why a query was refused, with the name that its field has on the page."""
    sentence = words.translate(reason)
    label = _FIELDS.get(reason.partition(" ")[0])
    return words.say("finding.refused", field=words.say(label), why=sentence.partition(" ")[2]) if label else sentence


def draw_results(found: HitsView) -> Drawing | None:
    """Return the areas of the results, numbered in their order from 1, or None if none states its area."""
    return draw_boxes([(number, hit.boxes[0]) for number, hit in enumerate(found.items, 1) if hit.boxes])


def name_value(words: PageWords, facet: Facet, value: str, label: Mapping[str, str] | None = None) -> str:
    """Return a value of a filter in the reader's words, else the last part of its IRI."""
    if facet is Facet.LICENCE and (code := find_code("licence", value)):
        return words.pick(code.labels, code.code)
    plain = value.rstrip("/#").rpartition("#")[2].rpartition("/")[2] if "://" in value else value
    return words.pick(label or label_value(facet, value), plain or value)[:LONGEST]


def _show_choice(
    words: PageWords, asked: AskedSearch, name: str, value: str, entry: FacetValueView | None
) -> FilterChoice:
    return FilterChoice(
        label=name_value(words, FILTERS[name], value, entry.label if entry else None),
        count=entry.count if entry else None,
        address=asked.switch(name, value).write_address(),
        chosen=value in asked.filters.get(name, ()),
    )


def _write_state(words: PageWords, hit: HitView, now: int) -> tuple[str, str]:
    """Return whether the provider can be reached, or which portal it is, as the kind of a tag and its text."""
    if hit.via:
        return "none", words.say("finding.at-portal", portal=hit.via.portal[:LONGEST])
    if hit.verified_at is None:
        return "none", words.say("finding.source-new")
    since = words.ago(hit.verified_at, now)
    if hit.liveness == "OFFLINE" or hit.stale:
        return "bad", words.say("finding.source-away", since=since)
    if hit.liveness == "SUSPECT":
        return "warn", words.say("finding.source-suspect", since=since)
    return "good", words.say("finding.source-seen", since=since)


def _list_alike(words: PageWords, hit: HitView) -> Iterable[str]:
    """Yield who else offers the dataset, and whose statements about it are other ones."""
    for sentence, others in (("finding.also-offered", hit.also_offered), ("finding.contradicted", hit.contradicted)):
        if others:
            yield words.say(sentence, parties=", ".join(one.publisher for one in others[:_TAGS])[:LONGEST])


def _list_tags(words: PageWords, hit: HitView) -> Iterable[str]:
    if hit.teaser:
        yield words.say("finding.teaser")
    if hit.data_formats:
        yield ", ".join(name_value(words, Facet.FORMAT, form) for form in hit.data_formats[:_TAGS])[:LONGEST]
    for facet, values in ((Facet.PRICE, hit.prices), (Facet.FREQUENCY, (hit.frequency,))):
        for value in values[:_TAGS]:
            if value:
                yield name_value(words, facet, value)
    if hit.modified:
        yield words.say("finding.modified", at=words.stated_day(hit.modified))


def _mark(match: MatchView) -> Iterable[Marked]:
    """Yield the pieces of a text that matches; offsets that are not in it are left out."""
    end = 0
    for first, last in match.marks[:LONGEST]:
        if not end <= first < last <= len(match.text):
            continue
        if first > end:
            yield Marked(match.text[end:first], found=False)
        yield Marked(match.text[first:last], found=True)
        end = last
    if rest := match.text[end : end + LONGEST]:
        yield Marked(rest, found=False)
