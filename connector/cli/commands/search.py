"""`search`: the offers of the whole data space; hits are numbered, and `get` takes the numbers."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.cli.frame.command import command, single
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import plain
from connector.cli.frame.remote import choose_text, connect
from connector.client.chapters.search import Hit

app = single()


class Numbered(msgspec.Struct, frozen=True):
    """What `get` needs to know of a hit."""

    participant: str
    dataset: str


@command(
    app,
    "search",
    example="""datenkontor search baustellen
    datenkontor search luft --theme ENVI --limit 5 --json""",
)
def search(
    call: CommandCall,
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORDS]…", help="All of them must occur.")] = None,
    publisher: Annotated[str | None, typer.Option(metavar="TEXT", help="Only of this publisher.")] = None,
    theme: Annotated[str | None, typer.Option(metavar="IRI", help="Only of this theme.")] = None,
    keyword: Annotated[str | None, typer.Option(metavar="WORD", help="Only with this keyword.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Hits of one page.")] = 20,
    after: Annotated[int, typer.Option(min=0, metavar="N", help="Leave out the first N hits.")] = 0,
) -> None:
    """Search at the broker; case and umlauts do not matter."""
    with connect(call) as connector:
        hits = connector.search(
            " ".join(words or []), publisher=publisher, theme=theme, keyword=keyword, limit=limit, offset=after
        )
    remember(hits.items, first=after + 1)
    following = after + len(hits.items)
    if call.output.json:
        more = str(following) if following < hits.total else None
        call.output.result({"items": hits.items, "total": hits.total, "next": more})
        return
    print_table(call, hits.items, first=after + 1)
    if hits.items:
        call.output.hint(call.output.say("found", shown=len(hits.items), total=hits.total))
    if following < hits.total:
        call.output.hint(call.output.say("more-hits", cursor=following))


def print_table(call: CommandCall, hits: tuple[Hit, ...], *, first: int = 1) -> None:
    """Print hits with their numbers."""
    numbers = {id(hit): number for number, hit in enumerate(hits, first)}
    call.output.rows(
        hits,
        {
            "no": lambda hit: numbers[id(hit)],
            "title": lambda hit: choose_text(hit.title, call.output.lang),
            "publisher": lambda hit: hit.publisher,
            "keywords": lambda hit: hit.keywords,
            "dataset": lambda hit: plain(hit.id),
            "source is": lambda hit: hit.liveness,
        },
    )


def remember(hits: tuple[Hit, ...], *, first: int = 1) -> None:
    """Keep the numbers of the hits for `get`; where that is not possible, numbers are simply not known later."""
    numbered = {str(number): Numbered(hit.participant, hit.id) for number, hit in enumerate(hits, first)}
    try:
        locate_memory().parent.mkdir(parents=True, exist_ok=True)
        locate_memory().write_bytes(msgspec.json.encode(numbered))
    except OSError:
        return


def recall(number: int) -> Numbered | None:
    """Return the hit of the newest search with this number."""
    try:
        known = msgspec.json.decode(locate_memory().read_bytes(), type=dict[str, Numbered])
    except (OSError, msgspec.MsgspecError):
        return None
    return known.get(str(number))


def locate_memory() -> Path:
    """Return where the hits of the newest search are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "datenkontor" / "hits.json"
