"""`search`: the offers of the whole data space, with numbers that `get` accepts."""

import hashlib
import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import strip_controls
from connector.cli.frame.remote import choose_text, connect, find_management
from connector.views.search import HitView

app = create_word()


class NumberedResult(msgspec.Struct, frozen=True):
    """A search result as `get` needs it."""

    participant: str
    dataset: str


@register(
    app,
    "search",
    example="""datenkontor search baustellen
    datenkontor search luft --theme ENVI --limit 5 --json""",
)
def search(
    call: CommandCall,
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORDS]…", help="Words that must all occur.")] = None,
    publisher: Annotated[str | None, typer.Option(metavar="TEXT", help="Only offers of this publisher.")] = None,
    theme: Annotated[str | None, typer.Option(metavar="IRI", help="Only offers with this theme.")] = None,
    keyword: Annotated[str | None, typer.Option(metavar="WORD", help="Only offers with this keyword.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Number of results on a page.")] = 20,
    after: Annotated[int, typer.Option(min=0, metavar="N", help="Number of results to skip.")] = 0,
) -> None:
    """Search at the broker; case and umlauts make no difference."""
    with connect(call) as connector:
        results = connector.search(
            " ".join(words or []), publisher=publisher, theme=theme, keyword=keyword, limit=limit, offset=after
        )
    store_results(call, results.items, first=after + 1)
    following = after + len(results.items)
    if call.output.json:
        more = str(following) if following < results.total else None
        call.output.print_result({"items": results.items, "total": results.total, "next": more})
        return
    print_results(call, results.items, first=after + 1)
    if results.items:
        call.output.print_hint(call.output.say("cli.results", shown=len(results.items), total=results.total))
    if following < results.total:
        call.output.print_hint(call.output.say("cli.more-results", cursor=following))


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
    """Return the title, marked if the offers are for certain parties only."""
    title = choose_text(result.title, call.output.lang)
    if not result.only_for:
        return title
    return call.output.say("cli.title-only-for", title=title, parties=", ".join(map(strip_controls, result.only_for)))


def store_results(call: CommandCall, results: tuple[HitView, ...], *, first: int = 1) -> None:
    """Store the numbers of the results for `get`; without a writable cache the numbers are not available later."""
    numbered = {
        str(number): NumberedResult(result.participant, result.id) for number, result in enumerate(results, first)
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
    except (OSError, msgspec.MsgspecError):
        return None
    return known.get(str(number))


def locate_cache(call: CommandCall) -> Path:
    """Return the file with the results of the newest search through the connector of a call."""
    address, _ = find_management(call)
    name = f"results-{hashlib.sha256(address.encode()).hexdigest()[:16]}.json"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "datenkontor" / name
