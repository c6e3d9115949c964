"""`consent`: the consents of persons to uses of their data. A file with many is imported in parts."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    YesOption,
    create_noun,
    parse_end,
    register,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.finding import find_dataset
from connector.cli.frame.output import Columns, Output
from connector.cli.frame.remote import connect, print_listing
from connector.client.connector import Connector
from connector.dataplane.formats.signatures import find_encoding
from connector.desk.consent_sheet import SheetFault, read_sheet
from connector.language.catalogue import LANGUAGES
from connector.views.consents import LINK_DAYS, MOST_LINK_DAYS, ConsentOrder, ConsentView
from connector.views.conversion import read_end

app = create_noun("Consents of persons: recorded, withdrawn, and checked for each record of a transfer.")

PART = 500
LARGEST_FILE = 256 * 1024 * 1024
_SAMPLE = 1024 * 1024
_ENTRY = re.compile(r"\b[Ee]ntry (\d+)\b")

PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="Identifier of the person in the records of the data.")
]
DatasetOption = Annotated[str | None, typer.Option(metavar="ID|TITLE", help="Only this asset (default: all assets).")]


def _fields(output: Output) -> Columns[ConsentView]:
    return {
        "person": lambda entry: entry.subject[:16],
        "dataset": lambda entry: entry.dataset or "*",
        "purpose": lambda entry: entry.purpose.rpartition("#")[2],
        "state": lambda entry: entry.state.rpartition("#")[2],
        "at": lambda entry: output.format_time(entry.at),
        "until": lambda entry: output.format_end(entry.until),
    }


@register(
    app,
    "add",
    example="""datenkontor consent add 4711 --purpose dpv:ImproveTransportMobility --until 2027-12-31
    datenkontor consent add 4711 --purpose dpv:ScientificResearch --dataset urn:dataset:rides --state ConsentRefused""",
)
def add(
    call: CommandCall,
    person: PersonArgument,
    purpose: Annotated[str, typer.Option(metavar="IRI", help="Purpose, a dpv:Purpose.")],
    state: Annotated[
        str | None, typer.Option(metavar="IRI", help="State, a dpv:ConsentStatus (default: ConsentGiven).")
    ] = None,
    dataset: DatasetOption = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Last day of the consent, or its end as a time.")
    ] = None,
) -> None:
    """Record the consent of a person; only a keyed reference to the person is stored."""
    end = parse_end(until, call.output.zone)
    if end is not None and end <= datetime.now(UTC):
        raise Failure(Code.USAGE, "errors.consent-over", until=until)
    with connect(call) as connector:
        dataset = _find_asset(connector, dataset)
        order = ConsentOrder(subject=person, purpose=purpose, dataset=dataset, until=end)
        done = connector.consents.add(order if state is None else msgspec.structs.replace(order, state=state))
    call.output.print_result(done, call.output.say("cli.consents-recorded", count=done.recorded))


@register(
    app,
    "withdraw",
    example="""datenkontor consent withdraw 4711
    datenkontor consent withdraw 4711 --purpose dpv:ScientificResearch --dataset urn:dataset:rides --yes""",
)
def withdraw(
    call: CommandCall,
    person: PersonArgument,
    purpose: Annotated[
        str | None, typer.Option(metavar="IRI", help="Only this purpose (default: all recorded purposes).")
    ] = None,
    dataset: DatasetOption = None,
    yes: YesOption = False,
) -> None:
    """Record a withdrawal: records of the person leave no more, also in active transfers."""
    call.output.confirm(call.output.say("cli.ask-withdraw-consent", id=person), yes)
    with connect(call) as connector:
        known = connector.consents.lookup(person).items
        dataset = _find_asset(connector, dataset)
        found = connector.consents.withdraw(person, dataset=dataset, purpose=purpose)
    call.output.print_rows(found.items, _fields(call.output))
    if not known:
        call.output.print_hint(call.output.say("cli.person-new", id=person))
    elif not {entry.purpose for entry in known} & {entry.purpose for entry in found.items}:
        call.output.print_hint(call.output.say("cli.purpose-new", id=person))


@register(
    app,
    "list",
    example="""datenkontor consent list --dataset urn:dataset:rides
    datenkontor consent list --person 4711 --json""",
)
def list_consents(
    call: CommandCall,
    person: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Show the current consents of this person.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(metavar="ID|TITLE", help="Only entries for this asset.")] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the entries of the register, newest first."""
    with connect(call) as connector:
        if person is not None:
            call.output.print_rows(connector.consents.lookup(person).items, _fields(call.output))
            return
        dataset = _find_asset(connector, dataset)
        print_listing(
            call,
            lambda size, cursor: connector.consents.list(dataset=dataset, limit=size, after=cursor),
            _fields(call.output),
            limit=limit,
            after=after,
            everything=all,
        )


def _find_asset(connector: Connector, word: str | None) -> str | None:
    """Return the identifier of an asset, also of a removed one for which consents are recorded. Raises Failure."""
    if word is None:
        return None
    return find_dataset(connector, word, lambda one: connector.consents.list(dataset=one, limit=1))


@register(
    app,
    "link",
    example="""datenkontor consent link 4711
    datenkontor consent link 4711 --days 90""",
)
def link(
    call: CommandCall,
    person: PersonArgument,
    days: Annotated[int, typer.Option(min=1, max=MOST_LINK_DAYS, metavar="DAYS", help="Days until the link ends.")] = (
        LINK_DAYS
    ),
) -> None:
    """Make a link with which a person sees, changes and withdraws the own consents, without an account.

    An earlier link of the person ends. The link is printed once; give it to the person, and to nobody else.
    """
    with connect(call) as connector:
        made = connector.consents.link(person, days=days)
    until = call.output.format_time(made.until)
    call.output.print_result(made, call.output.say("cli.consent-link", id=person, until=until), f"  {made.link}")


@register(app, "import", example="datenkontor consent import consents.csv")
def import_file(
    call: CommandCall,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file with a header line.")],
) -> None:
    """Record the consents in a CSV file.

    Columns: subject and purpose; state (such as ConsentGiven, ConsentRefused or ConsentWithdrawn), dataset and until
    are optional. The file is recorded in parts of 500. If a line is refused, the parts before it stay recorded. The
    import can be repeated: the latest entry of a person counts.
    """
    done = 0
    with connect(call) as connector:
        find = cache(partial(_find_asset, connector))
        for lines, entries in _parts(file, call.output.zone):
            try:
                done += connector.consents.record(_name_datasets(file, lines, entries, find)).recorded
            except Exception as error:
                print(call.output.say("cli.consents-stopped", count=done, line=lines[0]), file=sys.stderr)
                if line := _find_line(error, lines):
                    print(call.output.say("cli.consents-line", line=line[1], number=line[0]), file=sys.stderr)
                raise
    call.output.print_result({"recorded": done}, call.output.say("cli.consents-recorded", count=done))


def _name_datasets(
    file: Path, lines: Sequence[int], entries: Sequence[ConsentOrder], find: Callable[[str], str | None]
) -> list[ConsentOrder]:
    """Return entries whose dataset, which may be a title, is its identifier. Raises Failure with the line."""
    named = []
    for line, entry in zip(lines, entries, strict=True):
        try:
            named.append(msgspec.structs.replace(entry, dataset=find(entry.dataset)) if entry.dataset else entry)
        except Failure as failure:
            reason = {language: failure.say(language) for language in LANGUAGES}
            raise Failure(failure.code, "errors.csv-line", line=line, file=file, reason=reason) from None
    return named


def _find_line(error: Exception, lines: Sequence[int]) -> tuple[int, int] | None:
    """Return the entry of a part that a refusal names, with its line in the file."""
    named = _ENTRY.search(str(error))
    number = int(named[1]) if named else 0
    return (number, lines[number - 1]) if 0 < number <= len(lines) else None


def _parts(file: Path, zone: tzinfo) -> Iterator[tuple[list[int], list[ConsentOrder]]]:
    """Yield entries in parts, each with their lines. Raises Failure for a file in another format."""
    part: list[ConsentOrder] = []
    numbers: list[int] = []
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise Failure(Code.USAGE, "errors.csv-size", file=file, largest_file=LARGEST_FILE)
        with file.open(encoding=_find_encoding(file), newline="") as lines:
            for line, row in read_sheet(lines, partial(read_end, zone=zone)):
                if isinstance(row, SheetFault):
                    raise row
                numbers.append(line)
                part.append(row)
                if len(part) == PART:
                    yield numbers, part
                    part, numbers = [], []
    except OSError as error:
        raise Failure(Code.USAGE, "errors.not-readable", file=file, problem=error.strerror) from None
    except UnicodeError:
        raise Failure(Code.USAGE, "errors.csv-encoding", file=file) from None
    except SheetFault as fault:
        raise Failure(Code.USAGE, f"errors.{fault.key}", file=file, **fault.values) from None
    if part:
        yield numbers, part


def _find_encoding(file: Path) -> str:
    """Return the encoding of a file, found as that of an asset's data. Raises Failure for one that is no text."""
    with file.open("rb") as data:
        found = find_encoding(data.read(_SAMPLE))
    if found is None:
        raise Failure(Code.USAGE, "errors.csv-encoding", file=file)
    return "utf-8-sig" if found == "utf-8" else found
