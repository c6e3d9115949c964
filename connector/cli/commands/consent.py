"""`consent`: what people said about uses of data on them. A file of many is imported in parts."""

import csv
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.frame.command import AfterOption, AllOption, LimitOption, YesOption, command, group
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Columns, moment
from connector.cli.frame.remote import connect, print_listing
from connector.client.chapters.consents import Consent

app = group("Consent of people: recorded, withdrawn, looked up for each record of a delivery.")

PART = 500
LARGEST_FILE = 256 * 1024 * 1024
_COLUMNS = ("subject", "purpose", "state", "dataset", "until")

PersonArgument = Annotated[str, typer.Argument(metavar="PERSON", help="As the records of the data name the person.")]
DatasetOption = Annotated[str | None, typer.Option(metavar="ASSET", help="For this asset; else for all.")]


def _fields() -> Columns[Consent]:
    return {
        "person": lambda entry: entry.subject[:16],
        "dataset": lambda entry: entry.dataset or "*",
        "purpose": lambda entry: entry.purpose.rpartition("#")[2],
        "state": lambda entry: entry.state.rpartition("#")[2],
        "at": lambda entry: moment(entry.at),
        "until": lambda entry: moment(entry.until),
    }


@command(
    app,
    "add",
    example="""datenkontor consent add 4711 --purpose dpv:ImproveTransportMobility --until 2027-12-31
    datenkontor consent add 4711 --purpose dpv:ScientificResearch --dataset urn:dataset:rides --state ConsentRefused""",
)
def add(
    call: CommandCall,
    person: PersonArgument,
    purpose: Annotated[str, typer.Option(metavar="IRI", help="A dpv:Purpose.")],
    state: Annotated[str | None, typer.Option(metavar="IRI", help="A dpv:ConsentStatus; else ConsentGiven.")] = None,
    dataset: DatasetOption = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="When it ends by itself (ISO 8601).")] = None,
) -> None:
    """Record what a person said; only a keyed reference to the person is kept."""
    with connect(call) as connector:
        done = connector.consents.add(person, purpose, state=state, dataset=dataset, until=_instant(until or ""))
    call.output.result(done, call.output.say("consents", count=done.recorded))


@command(
    app,
    "withdraw",
    example="""datenkontor consent withdraw 4711
    datenkontor consent withdraw 4711 --purpose dpv:ScientificResearch --dataset urn:dataset:rides --yes""",
)
def withdraw(
    call: CommandCall,
    person: PersonArgument,
    purpose: Annotated[str | None, typer.Option(metavar="IRI", help="Only this purpose; else all on record.")] = None,
    dataset: DatasetOption = None,
    yes: YesOption = False,
) -> None:
    """Record that a person withdraws: nothing on the person leaves from now on, also in running deliveries."""
    call.output.confirm(call.output.say("ask-withdraw-consent", id=person), yes)
    with connect(call) as connector:
        found = connector.consents.withdraw(person, dataset=dataset, purpose=purpose)
    call.output.rows(found.items, _fields())


@command(
    app,
    "list",
    example="""datenkontor consent list --dataset urn:dataset:rides
    datenkontor consent list --person 4711 --json""",
)
def list_consents(
    call: CommandCall,
    person: Annotated[str | None, typer.Option(metavar="PERSON", help="Where this person stands now.")] = None,
    dataset: Annotated[str | None, typer.Option(metavar="ASSET", help="Only entries on this asset.")] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the entries of the register, newest first."""
    with connect(call) as connector:
        if person is not None:
            call.output.rows(connector.consents.lookup(person).items, _fields())
            return
        print_listing(
            call,
            lambda size, cursor: connector.consents.list(dataset=dataset, limit=size, after=cursor),
            _fields(),
            limit=limit,
            after=after,
            everything=all,
        )


@command(app, "import", example="datenkontor consent import consents.csv")
def import_file(
    call: CommandCall,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: subject, purpose and, if wanted, the others.")],
) -> None:
    """Record what is in a CSV file with the columns subject, purpose, state, dataset, until; the last three may miss.

    It is recorded in parts of 500; where a line is refused, the parts before it are kept, and the import can be
    repeated: the latest entry of a person counts.
    """
    done = 0
    with connect(call) as connector:
        for first, entries in _parts(file):
            try:
                done += connector.consents.record(entries).recorded
            except Exception:
                print(call.output.say("consents-stopped", count=done, line=first), file=sys.stderr)
                raise
    call.output.result({"recorded": done}, call.output.say("consents", count=done))


def _parts(file: Path) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield entries in parts, each with the line that it begins in. Raises Failure for a file that is none."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise Failure(Code.USAGE, f"{file} is larger than {LARGEST_FILE} bytes: import it in parts.")
        with file.open(encoding="utf-8-sig", newline="") as lines:
            header = lines.readline()
            lines.seek(0)
            reader = csv.DictReader(lines, delimiter=max(",;\t", key=header.count), strict=True)
            names = set(reader.fieldnames or ())
            if not {"subject", "purpose"} <= names or names - set(_COLUMNS):
                raise Failure(Code.USAGE, f"{file} needs the columns subject and purpose, and has at most {_COLUMNS}.")
            part: list[dict[str, Any]] = []
            first = 2
            for row in reader:
                part.append(_entry(file, reader.line_num, row))
                if len(part) == PART:
                    yield first, part
                    part, first = [], reader.line_num + 1
            if part:
                yield first, part
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Failure(Code.USAGE, f"{file} cannot be read as CSV in UTF-8: {error}.") from None


def _entry(file: Path, line: int, row: dict[str, Any]) -> dict[str, Any]:
    if None in row or None in row.values():
        raise Failure(Code.USAGE, f"Line {line} of {file} has more or fewer values than the header line.")
    entry = {name: value.strip() for name, value in row.items() if value.strip()}
    if "until" in entry:
        entry["until"] = _instant(entry["until"])
    return entry


def _instant(text: str) -> datetime | None:
    """Return an aware instant; without a zone it is UTC. Raises Failure."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(Code.USAGE, f"{text[:50]!r} is no date: write it as 2027-12-31.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
