"""`broker`: the quality of what the sources offer, and how often was searched."""

import csv
import sys
from typing import Annotated

import msgspec
import typer

from connector.cli.frame.command import TimeoutOption, create_part, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import strip_controls
from connector.cli.frame.remote import choose_text, connect_broker
from connector.views.quality import QualityReportView, QualityView

app = create_part()

_SHARES = ("completeness", "freshness", "reachability", "conformity")
# Spreadsheets take a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@register(
    app,
    "quality",
    example="""datenkontor broker quality --assess
    datenkontor broker quality urn:participant:city
    datenkontor broker quality --csv > quality.csv""",
)
def show_quality(
    call: CommandCall,
    participant: Annotated[
        str | None, typer.Argument(metavar="PARTICIPANT", help="One source, with its findings.", show_default=False)
    ] = None,
    assess: Annotated[bool, typer.Option("--assess", help="Assess all offers anew, and wait for the result.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table of comma-separated values.")] = False,
    timeout: TimeoutOption = 300.0,
) -> None:
    """Show the quality of the offers of each source: shares in percent, and a score from 0 to 100.

    Completeness: the recommended members of DCAT-AP.de that are stated. Freshness: the datasets that were updated as
    often as they promise. Reachability: the crawls of the last 30 days that succeeded. Conformity: the datasets in
    which the shapes find nothing. docs/quality.md has the formula.
    """
    with connect_broker(call) as broker:
        found = broker.assess_quality(participant, min(timeout, 300.0)) if assess else broker.show_quality(participant)
        items, following = [*found.items], found.next
        while following is not None:
            page = broker.show_quality(participant, after=following)
            items, following = [*items, *page.items], page.next
    found = msgspec.structs.replace(found, items=tuple(items), next=None)
    if found.total is None:
        raise Failure(Code.WAITING, "broker.quality-running" if found.running else "broker.quality-none")
    if call.output.json:
        call.output.print_result(found)
    elif as_csv:
        _print_csv([*found.items, found.total])
    else:
        _print_table(call, found, participant)


@register(
    app,
    "usage",
    example="""datenkontor broker usage
    datenkontor broker usage --days 7 --json""",
)
def show_usage(
    call: CommandCall,
    days: Annotated[int, typer.Option(metavar="N", min=1, max=90, help="So many days, today among them.")] = 30,
) -> None:
    """Show how often was searched on each day, how often without a result, and the most frequent words.

    A word is counted from the fifth participant on that searches for it on one day, and nobody is named. The setting
    `broker.statistics` switches the counting off.
    """
    with connect_broker(call) as broker:
        found = broker.show_usage(days)
    if call.output.json:
        call.output.print_result(found)
        return
    if not found.counted:
        call.output.print_hint(call.output.say("broker.usage-off"))
    call.output.print_rows(
        found.days,
        {
            "day": lambda one: one.day.isoformat(),
            "searches": lambda one: one.searches,
            "without result": lambda one: one.empty,
        },
    )
    for one in found.words:
        call.output.print_hint(call.output.say("broker.usage-word", word=one.word, searches=one.searches))


def _print_table(call: CommandCall, found: QualityReportView, participant: str | None) -> None:
    assert found.total is not None
    rows = [*found.items, *([] if participant else [found.total])]
    call.output.print_rows(
        rows,
        {
            "name": lambda row: row.name or call.output.say("broker.quality-total"),
            "score": lambda row: row.score,
            "datasets": lambda row: row.datasets,
            "completeness": lambda row: _write_share(row.completeness),
            "freshness": lambda row: _write_share(row.freshness),
            "reachability": lambda row: _write_share(row.reachability),
            "conformity": lambda row: _write_share(row.conformity),
            "unreadable": lambda row: row.unreadable or None,
            "participant": lambda row: row.participant,
        },
    )
    told = found.items if participant else (found.total,)
    for finding in (finding for row in told for finding in row.findings):
        text = choose_text(finding.texts, call.output.lang)
        call.output.print_hint(call.output.say("broker.finding-line", count=finding.count, text=text))


def _write_share(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def _print_csv(rows: list[QualityView]) -> None:
    members = sorted({name for row in rows for name in row.members})
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["participant", "name", "datasets", "unreadable", "score", *_SHARES, *members, "findings"])
    for row in rows:
        shares = [getattr(row, name) for name in _SHARES]
        stated = [row.members.get(name) for name in members]
        findings = sum(finding.count for finding in row.findings)
        cells = [row.participant, row.name, row.datasets, row.unreadable, row.score, *shares, *stated, findings]
        writer.writerow([_write_cell(cell) for cell in cells])


def _write_cell(cell: object) -> str:
    text = "" if cell is None else strip_controls(str(cell))
    return f"'{text}" if text.startswith(_FORMULA) else text
