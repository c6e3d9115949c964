"""`search`: the offers of the whole data space, with numbers that `get` accepts."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import strip_controls
from connector.cli.frame.remote import choose_text, connect, find_management
from connector.language.catalogue import find_sentence
from connector.views.search import FacetValueView, HitsView, HitView

app = create_word()

_DIGITS = 6


class Price(StrEnum):
    """What offers cost."""

    FREE = "free"
    PAID = "paid"


class Protection(StrEnum):
    """How much protection data needs."""

    OPEN = "open"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    PERSONAL = "personal"


class Changed(StrEnum):
    """How long ago data was changed."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Sorting(StrEnum):
    """The order of results."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    TITLE = "title"


WithPublisher = Annotated[
    list[str] | None, typer.Option(metavar="TEXT", help="Only offers of this publisher. May be repeated.")
]
WithTheme = Annotated[
    list[str] | None,
    typer.Option(metavar="THEME", help="Only offers with this theme: code, label or IRI. May be repeated."),
]
WithKeyword = Annotated[
    list[str] | None, typer.Option(metavar="WORD", help="Only offers with this keyword. May be repeated.")
]
WithLicence = Annotated[
    list[str] | None, typer.Option(metavar="IRI", help="Only data under this licence. May be repeated.")
]
WithPurpose = Annotated[
    list[str] | None, typer.Option(metavar="PURPOSE", help="Only offers that allow this purpose. May be repeated.")
]
WithFormat = Annotated[
    list[str] | None, typer.Option(metavar="FORMAT", help="Only data in this format, such as CSV. May be repeated.")
]
WithLanguage = Annotated[
    list[str] | None, typer.Option(metavar="LANGUAGE", help="Only data in this language. May be repeated.")
]
WithFrequency = Annotated[
    list[str] | None,
    typer.Option(metavar="CYCLE", help="Only data that is updated so often, such as daily. May be repeated."),
]
WithAccess = Annotated[
    list[str] | None,
    typer.Option(metavar="ACCESS", help="Only data with this access, such as public. May be repeated."),
]
WithClass = Annotated[Protection | None, typer.Option("--class", help="Only data of this data class.")]
WithPlace = Annotated[
    list[str] | None,
    typer.Option(metavar="PLACE", help="Only data about this place: name, official key or IRI. May be repeated."),
]
WithPrice = Annotated[Price | None, typer.Option(help="Only offers that are free, or paid.")]
WithChanged = Annotated[Changed | None, typer.Option(help="Only data changed within a day, week, month or year.")]
WithBbox = Annotated[
    str | None, typer.Option(metavar="BOX", help="Only data in this box: west,south,east,north in degrees.")
]
WithNear = Annotated[str | None, typer.Option(metavar="CIRCLE", help="Only data near a point: longitude,latitude,km.")]
WithSince = Annotated[str | None, typer.Option(metavar="DATE", help="Only data about a time from this date on.")]
WithLike = Annotated[
    str | None,
    typer.Option(metavar="RESULT", help="Only data like this: number of a result of the newest search, or dataset."),
]
WithUntil = Annotated[str | None, typer.Option(metavar="DATE", help="Only data about a time up to this date.")]


class NumberedResult(msgspec.Struct, frozen=True):
    """A search result as `get` needs it; `page` is that of a reference, which cannot be got here."""

    participant: str
    dataset: str
    page: str = ""


@register(
    app,
    "search",
    example="""datenkontor search baustellen
    datenkontor search luft --theme Umwelt --format CSV --facets
    datenkontor search --place Karlsruhe --like 1
    datenkontor search rad --place Karlsruhe --save "Radverkehr in Karlsruhe"
    datenkontor search '"freie Plätze"' --near 7.2,51.5,10 --sort newest --json""",
)
def search(
    call: CommandCall,
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORDS]…", help="Words that must all occur.")] = None,
    publisher: WithPublisher = None,
    theme: WithTheme = None,
    keyword: WithKeyword = None,
    licence: WithLicence = None,
    purpose: WithPurpose = None,
    format: WithFormat = None,
    language: WithLanguage = None,
    frequency: WithFrequency = None,
    access: WithAccess = None,
    data_class: WithClass = None,
    place: WithPlace = None,
    price: WithPrice = None,
    changed: WithChanged = None,
    bbox: WithBbox = None,
    near: WithNear = None,
    since: WithSince = None,
    until: WithUntil = None,
    like: WithLike = None,
    sort: Annotated[Sorting, typer.Option(help="Order of the results.")] = Sorting.RELEVANCE,
    facets: Annotated[
        bool, typer.Option("--facets", help="Count the results by theme, publisher, licence and more.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Number of results on a page.")] = 20,
    after: Annotated[int, typer.Option(min=0, metavar="N", help="Number of results to skip.")] = 0,
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Also save the search under this name: see `saved`.")
    ] = None,
) -> None:
    """Search at the broker; case and umlauts make no difference.

    Words in quotes are a phrase, -WORD excludes a word after `--`, and the last word may be the beginning of one.
    """
    filters = {
        "publisher": publisher,
        "theme": theme,
        "keyword": keyword,
        "licence": licence,
        "purpose": purpose,
        "format": format,
        "language": language,
        "frequency": frequency,
        "access": access,
        "data_class": data_class,
        "place": place,
        "price": price,
        "changed": changed,
        "bbox": bbox,
        "near": near,
        "since": since,
        "until": until,
        **_find_model(call, like),
        "sort": None if sort is Sorting.RELEVANCE else sort,
    }
    with connect(call) as connector:
        text = " ".join(words or [])
        results = connector.search(text, limit=limit, offset=after, facets=facets, **filters)
        saved = connector.searches.save(save, list_parameters(text, filters)) if save else None
    store_results(call, results.items, first=after + 1)
    _print_page(call, results, first=after + 1)
    if saved is not None:
        call.output.print_hint(call.output.say("cli.search-saved", id=saved.id, feed=saved.feed))


def list_parameters(text: str, filters: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters of a search as they are saved: what is stated, without its order; one value as a list."""
    single = {"bbox", "near", "since", "until", "like", "like_of"}
    stated = {name: value for name, value in filters.items() if value is not None and name != "sort"}
    listed = {
        name: [value] if isinstance(value, str) and name not in single else value for name, value in stated.items()
    }
    return {**({"q": text} if text else {}), **listed}


def _find_model(call: CommandCall, like: str | None) -> dict[str, str | None]:
    """Return the parameters for what results should be like."""
    known = recall_result(call, int(like)) if like and like.isdecimal() and len(like) <= _DIGITS else None
    return {"like": known.dataset, "like_of": known.participant} if known else {"like": like}


def _print_page(call: CommandCall, results: HitsView, *, first: int) -> None:
    following = first - 1 + len(results.items)
    more = following < results.total
    if call.output.json:
        page = {"items": results.items, "total": results.total, "next": str(following) if more else None}
        counted = {"facets": results.facets} if results.facets else {}
        call.output.print_result({**page, "corrected": results.corrected, "apart": results.apart, **counted})
        return
    print_results(call, results.items, first=first)
    if results.corrected and results.items:
        call.output.print_hint(call.output.say("cli.corrected"))
    if results.apart and results.items:
        call.output.print_hint(call.output.say("cli.apart", parts=", ".join(map(strip_controls, results.apart))))
    if results.facets:
        _print_facets(call, results.facets)
    if results.items:
        call.output.print_hint(call.output.say("cli.results", shown=len(results.items), total=results.total))
    if more:
        call.output.print_hint(call.output.say("cli.more-results", cursor=following))


def _print_facets(call: CommandCall, facets: Mapping[str, Sequence[FacetValueView]]) -> None:
    rows = [(facet, value) for facet, values in facets.items() for value in values]
    call.output.print_rows(
        rows,
        {
            "counted by": lambda row: find_sentence(call.output.lang, f"search.facet-{row[0]}") or row[0],
            "value": lambda row: choose_text(row[1].label, call.output.lang) or strip_controls(row[1].value),
            "results": lambda row: row[1].count,
        },
    )


def print_results(call: CommandCall, results: tuple[HitView, ...], *, first: int = 1) -> None:
    """Print search results with their numbers."""
    numbers = {id(result): number for number, result in enumerate(results, first)}
    call.output.print_rows(
        results,
        {
            "no": lambda result: numbers[id(result)],
            "title": lambda result: _write_title(call, result),
            "publisher": lambda result: result.publisher,
            "keywords": lambda result: result.keywords,
            "dataset": lambda result: strip_controls(result.id),
            "state of source": lambda result: result.liveness,
        },
    )


def _write_title(call: CommandCall, result: HitView) -> str:
    """Return the title, marked if the offers are for certain parties only, or if it is a reference to a portal."""
    title = choose_text(result.title, call.output.lang)
    if result.via:
        return call.output.say("cli.title-at-portal", title=title, portal=strip_controls(result.via.portal))
    if not result.only_for:
        return title
    return call.output.say("cli.title-only-for", title=title, parties=", ".join(map(strip_controls, result.only_for)))


def store_results(call: CommandCall, results: tuple[HitView, ...], *, first: int = 1) -> None:
    """Store the numbers of the results for `get`; without a writable cache the numbers are not available later."""
    numbered = {
        str(number): NumberedResult(result.participant, result.id, result.via.page if result.via else "")
        for number, result in enumerate(results, first)
    }
    file = locate_cache(call)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.encode(numbered))
    except OSError:
        return


def recall_result(call: CommandCall, number: int) -> NumberedResult | None:
    """Return the result with this number of the newest search through the same connector."""
    try:
        known = msgspec.json.decode(locate_cache(call).read_bytes(), type=dict[str, NumberedResult])
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return None
    return known.get(str(number))


def locate_cache(call: CommandCall) -> Path:
    """Return the file with the results of the newest search through the connector of a call."""
    address, _ = find_management(call)
    name = f"results-{hashlib.sha256(address.encode()).hexdigest()[:16]}.json"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "datenkontor" / name
