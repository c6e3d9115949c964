"""`privacy`: the record of processing activities, duties that are late, and vetoes against releases."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from connector.cli.assets.finding import apply_to_asset
from connector.cli.frame.command import AfterOption, AllOption, LimitOption, YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.remote import connect, print_listing
from connector.cli.processes.tables import choose_text
from connector.controlplane.judging.library import operands
from connector.desk.processing import write_sheet
from connector.policy.words.names import action_name
from connector.views.privacy import LateDutyView, ProcessingView

app = create_noun("Data protection: record of processing, late duties, vetoes.")

VetoedArgument = Annotated[
    str, typer.Argument(metavar="ID|TITLE", help="Title or identifier of the asset.", show_default=False)
]


@register(
    app,
    "record",
    example="""datenkontor privacy record
    datenkontor privacy record --csv > verzeichnis.csv
    datenkontor privacy record --all --json""",
)
def record(
    call: CommandCall,
    csv: Annotated[
        bool,
        typer.Option("--csv", help="Write the whole record as CSV, in the form of the language."),
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="With --csv: commas and English names, for programs.")] = False,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the record of processing activities (GDPR Art. 30): each offer of personal data with its recipients."""
    lang = call.output.lang
    columns: dict[str, Callable[[ProcessingView], object]] = {
        "title": lambda line: choose_text(line.title, lang) or line.dataset,
        "recipient": lambda line: line.recipient_name or line.recipient,
        "purposes": lambda line: choose_text(line.purposes_in_words, lang),
        "legal basis": lambda line: choose_text(line.legal_basis_in_words, lang),
        "deletion": lambda line: choose_text(line.deletion_in_words, lang),
        "safeguards": lambda line: choose_text(line.safeguards_in_words, lang),
        "ends": lambda line: call.output.format_end(line.ends_at),
    }
    with connect(call) as connector:
        if csv:
            write_sheet(sys.stdout, connector.privacy.all_processing(), lang, call.output.zone, plain=plain)
            return
        print_listing(
            call,
            lambda count, cursor: connector.privacy.processing(limit=count, after=cursor),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "late", example="datenkontor privacy late")
def list_late(call: CommandCall, limit: LimitOption = 50, after: AfterOption = None, all: AllOption = False) -> None:
    """List the duties that were not performed in time, such as deletions: who owes what, since when."""
    registry, lang = operands(call.output.zone), call.output.lang
    columns: dict[str, Callable[[LateDutyView], object]] = {
        "action": lambda late: action_name(late.action, registry, lang),
        "by": partial(_name_debtor, call),
        "since": lambda late: call.output.format_time(late.since),
        "title": lambda late: choose_text(late.title, lang) or late.dataset,
        "agreement": lambda late: late.agreement,
        "duty": lambda late: late.duty,
    }
    with connect(call) as connector:
        print_listing(
            call,
            lambda count, cursor: connector.privacy.late_duties(limit=count, after=cursor),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "veto", example="datenkontor privacy veto 'Ladesäulen' --reason 'Phone numbers are not needed.'")
def veto(
    call: CommandCall,
    asset: VetoedArgument,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Reason for the people here; it is not sent.")],
) -> None:
    """Veto the release of an offer of personal data: nobody publishes it until the veto is lifted."""
    with connect(call) as connector:
        found = apply_to_asset(connector, asset, partial(connector.privacy.veto, reason=reason))
    title = choose_text(found.title, call.output.lang)
    call.output.print_result(found, call.output.say("cli.vetoed", title=title))


@register(app, "lift", example="datenkontor privacy lift 'Ladesäulen' --yes")
def lift(call: CommandCall, asset: VetoedArgument, yes: YesOption = False) -> None:
    """Take the veto against an offer back: who may release it can publish it again."""
    with connect(call) as connector:
        call.output.confirm(call.output.say("cli.ask-lift-veto", id=asset), yes)
        found = apply_to_asset(connector, asset, connector.privacy.lift)
    title = choose_text(found.title, call.output.lang)
    call.output.print_result(found, call.output.say("cli.veto-lifted", title=title))


def _name_debtor(call: CommandCall, late: LateDutyView) -> str:
    return call.output.say("cli.owed-here") if late.here else late.counterparty_name or late.counterparty
