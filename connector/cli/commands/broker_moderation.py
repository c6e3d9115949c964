"""`broker`: what is hidden, marked as a test, logged, undone and explained."""

import asyncio
from typing import Annotated
from urllib.parse import urlencode

import msgspec
import typer

from connector.cli.commands.broker_sources import SourceArgument, WhyOption, print_acted
from connector.cli.frame.command import AfterOption, AllOption, LimitOption, create_part, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.probe import ProbeResult, format_origin, probe_url
from connector.cli.frame.remote import choose_text, connect_broker, print_listing
from connector.views.common import ErrorView
from connector.views.moderation import WhyView

app = create_part()

DatasetArgument = Annotated[
    str | None,
    typer.Argument(metavar="DATASET", help="One dataset of the source (default: all of it).", show_default=False),
]
OfOption = Annotated[
    str | None, typer.Option("--participant", metavar="PARTICIPANT", help="Only what is said of this participant.")
]


@register(
    app,
    "hide",
    example="datenkontor broker hide urn:participant:city urn:asset:air --reason 'The offer is listed twice.'",
)
def hide(
    call: CommandCall,
    participant: SourceArgument,
    dataset: DatasetArgument = None,
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Reason, which the provider can read.")],
) -> None:
    """Hide one offer, or all of a source, from every search, export and feed; the source is crawled on."""
    with connect_broker(call) as broker:
        print_acted(call, broker.hide(participant, dataset, reason), dataset or participant)


@register(app, "unhide", example="datenkontor broker unhide urn:participant:city urn:asset:air")
def unhide(call: CommandCall, participant: SourceArgument, dataset: DatasetArgument = None) -> None:
    """Show again what was hidden."""
    with connect_broker(call) as broker:
        print_acted(call, broker.unhide(participant, dataset), dataset or participant)


@register(app, "test", example="datenkontor broker test urn:participant:city urn:asset:trial --reason 'A trial'")
def mark_test(
    call: CommandCall, participant: SourceArgument, dataset: DatasetArgument = None, reason: WhyOption = None
) -> None:
    """Mark an offer or a source as a test: only searches that ask for tests find it."""
    with connect_broker(call) as broker:
        print_acted(call, broker.mark_test(participant, dataset, reason), dataset or participant)


@register(app, "untest", example="datenkontor broker untest urn:participant:city urn:asset:trial")
def unmark_test(call: CommandCall, participant: SourceArgument, dataset: DatasetArgument = None) -> None:
    """Take the mark of a test away."""
    with connect_broker(call) as broker:
        print_acted(call, broker.unmark_test(participant, dataset), dataset or participant)


@register(app, "marks", example="datenkontor broker marks --participant urn:participant:city")
def list_marks(
    call: CommandCall,
    participant: OfOption = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List what is hidden, suspended, removed, registered by hand or marked as a test, with who, when and why."""
    with connect_broker(call) as broker:
        print_listing(
            call,
            lambda count, cursor: broker.list_marks(participant=participant, limit=count, after=cursor),
            {
                "mark": lambda mark: call.output.say(f"broker.mark-{mark.kind}"),
                "participant": lambda mark: mark.participant,
                "dataset": lambda mark: mark.dataset,
                "since": lambda mark: call.output.format_time(mark.at),
                "by": lambda mark: mark.by,
                "reason": lambda mark: mark.reason,
            },
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "log", example="datenkontor broker log --limit 20")
def list_acts(
    call: CommandCall,
    participant: OfOption = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the acts of the operator, the newest first; `broker undo` takes their numbers."""
    with connect_broker(call) as broker:
        print_listing(
            call,
            lambda count, cursor: broker.list_acts(participant=participant, limit=count, after=cursor),
            {
                "number": lambda act: act.number,
                "at": lambda act: call.output.format_time(act.at),
                "by": lambda act: act.by,
                "act": lambda act: call.output.say(f"broker.act-{act.act}"),
                "participant": lambda act: act.participant,
                "dataset": lambda act: act.dataset,
                "reason": lambda act: act.reason,
                "undoes": lambda act: act.undoes,
            },
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "duplicates", example="datenkontor broker duplicates --all")
def list_duplicates(
    call: CommandCall, limit: LimitOption = 50, after: AfterOption = None, all: AllOption = False
) -> None:
    """List possible duplicates: datasets of several participants with one identifier, or one address of the data.

    If they agree in title, licence and price, a search shows them as one result. If not, both are shown and marked.
    """
    with connect_broker(call) as broker:
        print_listing(
            call,
            lambda count, cursor: broker.list_duplicates(limit=count, after=cursor),
            {
                "kind": lambda one: call.output.say(f"broker.duplicate-{one.kind}"),
                "value": lambda one: one.value,
                "agrees": lambda one: one.agrees,
                "datasets": lambda one: ", ".join(f"{alike.participant} {alike.id}" for alike in one.datasets),
            },
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "undo", example="datenkontor broker undo 17")
def undo(
    call: CommandCall,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the act in `broker log`.", min=1)],
) -> None:
    """Undo an act, unless a later one has changed the same; an undo can be undone too."""
    with connect_broker(call) as broker:
        done = broker.undo(number)
    target = "" if done.act is None else done.act.dataset or done.act.participant
    print_acted(call, done, target)


@register(
    app,
    "why",
    needs="settings",
    example="""datenkontor broker why urn:asset:air --settings connector/datenkontor.toml
    datenkontor broker why urn:asset:air --participant urn:participant:city --search luft""",
)
def why(
    call: CommandCall,
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="The dataset.", show_default=False)],
    participant: Annotated[
        str | None, typer.Option(metavar="PARTICIPANT", help="Its provider (default: you; at a broker, who offers it).")
    ] = None,
    search: Annotated[str | None, typer.Option(metavar="TEXT", help="Words of a search that should find it.")] = None,
) -> None:
    """Say why an offer is shown by the broker, or why it is not: step by step, up to the first that fails.

    With the settings of a connector about its own offers, with those of the broker about all.
    """
    given = {"dataset": dataset, "participant": participant, "q": search}
    answer, address = _ask(call, {name: value for name, value in given.items() if value is not None})
    if answer.status is None:
        raise Failure(Code.NOT_REACHABLE, "errors.broker-unreachable", address=address, reason=answer.reason)
    if answer.status != 200:
        raise _refuse(answer, address)
    told = msgspec.json.decode(answer.body, type=WhyView)
    lines = [
        f"{call.output.format_mark(step.passed)} {choose_text(step.texts, call.output.lang)}" for step in told.steps
    ]
    call.output.print_result(told, *lines, call.output.say("broker.shown" if told.shown else "broker.not-shown"))
    if not told.shown:
        raise typer.Exit(Code.NOT_FOUND)


def _ask(call: CommandCall, query: dict[str, str]) -> tuple[ProbeResult, str]:
    """Ask the broker with a token of the participant of the settings; return its answer and its address."""
    settings = call.read_settings()
    from connector.app.parts import issue_own_token

    # Settings without `broker.api` are those of a broker.
    address = (settings.broker.api or format_origin(settings.broker.host, settings.broker.port)).rstrip("/")
    token = asyncio.run(issue_own_token(settings, settings.broker.participant))
    url = f"{address}/v1/why?{urlencode(query)}"
    return probe_url(url, ca=settings.net.ca, token=token, timeout_s=15.0), address


def _refuse(answer: ProbeResult, address: str) -> Failure:
    try:
        problem = msgspec.json.decode(answer.body, type=ErrorView).error
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return Failure(Code.FAILED, "errors.broker-not-ready", address=address, status=answer.status)
    return Failure(Code.REFUSED, "errors.reported", reason={"en": problem.reason})
