"""`broker source`: what the broker reads, participants and portals; its operator enters, suspends and removes them."""

from datetime import datetime
from typing import Annotated

import typer

from connector.broker.operating.sources import SourceChoice
from connector.cli.frame.command import AfterOption, LimitOption, TimeoutOption, YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.frame.remote import connect_broker
from connector.cli.setup.identity import is_of_broker
from connector.client.broker import BrokerClient
from connector.ports.broker_store import Liveness
from connector.ports.moderation import MarkKind
from connector.ports.store_errors import StoreError
from connector.settings import SettingsError
from connector.views.moderation import ActedView
from connector.views.sources import CrawlsView, SourceDetailView, SourceKind

app = create_noun("The sources of the broker: participants whose catalogues it crawls, and portals that it harvests.")

SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", help="Identifier of a participant, or short name of a portal.", show_default=False
    ),
]
WhyOption = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Reason, which the provider can read.")]

_STEP_S = 60.0


@register(
    app,
    "list",
    needs="settings",
    example="""datenkontor broker source list --settings broker/datenkontor.toml
    datenkontor broker source list --state OFFLINE --failing --json""",
)
def list_(
    call: CommandCall,
    failing: Annotated[bool, typer.Option("--failing", help="Only sources with an error or a remark.")] = False,
    kind: Annotated[SourceKind | None, typer.Option(help="Only sources of this kind.")] = None,
    state: Annotated[Liveness | None, typer.Option(help="Only sources in this state.")] = None,
    mark: Annotated[MarkKind | None, typer.Option(help="Only sources with this mark.")] = None,
    search: Annotated[str, typer.Option(metavar="TEXT", help="Words in the name, the identifier or the address.")] = "",
    limit: LimitOption = 500,
    after: AfterOption = None,
) -> None:
    """List the crawled participants and portals: the state of each source, its datasets, and its latest error.

    NEW: not crawled yet. ONLINE: the last crawl succeeded. SUSPECT: the last crawl failed; its datasets remain in
    searches, and it is tried again soon. OFFLINE: three crawls failed, or none succeeded for 15 minutes; its datasets
    are marked as possibly outdated, and hidden after a day. DEAD: no crawl succeeded for five days, or the participant
    left the list; its datasets are not found any more. A crawl that succeeds makes a source ONLINE again.

    Members become sources by the signed participant list; the data-space operator invites them with
    `authority member invite`, or adds them with `roster add`.
    """
    settings = call.read_settings()
    from connector.app.examining import list_sources

    if not is_of_broker(call.file, settings):
        raise Failure(Code.NOT_FOUND, "errors.no-broker-settings", file=call.file)
    try:
        found = list_sources(settings, SourceChoice(kind=kind, state=state, mark=mark, text=search))
    except (StoreError, SettingsError) as error:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(error)}) from None
    wanted = [source for source in found if source["error"] or not failing]
    rest = [source for source in wanted if after is None or source["participant"] > after]
    shown = rest[:limit]
    call.output.print_rows(
        shown,
        {
            "name": lambda source: source["name"],
            "kind": lambda source: call.output.name_value(source["kind"]),
            "state": lambda source: source["liveness"],
            "marks": lambda source: ", ".join(call.output.say(f"broker.mark-{mark}") for mark in source["marks"]),
            "datasets": lambda source: source["datasets"],
            "verified": lambda source: format_moment(call.output, source["verified_at"]),
            "next crawl": lambda source: format_moment(call.output, source["next_at"]),
            "error": lambda source: source["error"] and call.output.translate(source["error"]),
            "participant": lambda source: source["participant"],
        },
        after=shown[-1]["participant"] if len(rest) > limit else None,
    )

    for state in (state for state in Liveness if state in {source["liveness"] for source in shown}):
        call.output.print_hint(f"{call.output.name_value(state)}: {call.output.say(f'cli.source-{state}')}")


@register(
    app,
    "show",
    example="""datenkontor broker source show urn:participant:city
    datenkontor broker source show musterstadt""",
)
def show(call: CommandCall, source: SourceArgument) -> None:
    """Show a source: its state, its crawls of the last 30 days, its marks, and what could not be read."""
    with connect_broker(call) as broker:
        found = broker.show_source(source)
    call.output.print_details(found, _build_fields(call, found), _build_sections(call, found))


@register(
    app,
    "add",
    example="""datenkontor broker source add musterstadt --kind ckan --url https://opendata.musterstadt.example
    datenkontor broker source add land --kind dcat --url https://daten.land.example/catalog.ttl --title "Land"
    datenkontor broker source add urn:participant:archive --url https://archive.city.example/dsp/2025-1""",
)
def add(
    call: CommandCall,
    source: SourceArgument,
    url: Annotated[
        str, typer.Option(metavar="URL", help="Address of the portal, of its catalogue in RDF, or of the protocol.")
    ],
    kind: Annotated[
        SourceKind, typer.Option(help="A participant, or a portal: the API of CKAN, or a catalogue in RDF.")
    ] = SourceKind.PARTICIPANT,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Name of the source that people read.")] = None,
) -> None:
    """Add a portal or a participant to a running broker, also again after it was removed; it is read at once.

    A catalogue in RDF is Turtle, RDF/XML or JSON-LD in the terms of DCAT-AP; its pages are followed.

    Members need no registration: those that the signed participant list has with an address are sources by themselves.
    The data-space operator invites members with `datenkontor authority member invite`; where there is a list without
    an authority, with `datenkontor roster add` and `datenkontor roster publish`.
    """
    with connect_broker(call) as broker:
        done = broker.register(source, url, name=title, kind=kind)
    print_acted(call, done, source)


@register(app, "suspend", example="datenkontor broker source suspend urn:participant:city --reason 'Wrong data'")
def suspend(call: CommandCall, source: SourceArgument, reason: WhyOption = None) -> None:
    """Suspend a source: it is not crawled, and its offers leave every output until `broker source resume`."""
    with connect_broker(call) as broker:
        done = broker.suspend(source, reason)
    print_acted(call, done, source)


@register(app, "resume", example="datenkontor broker source resume urn:participant:city")
def resume(call: CommandCall, source: SourceArgument) -> None:
    """Resume a suspended source: its offers come back at once, and it is crawled again."""
    with connect_broker(call) as broker:
        done = broker.resume(source)
    print_acted(call, done, source)


@register(app, "remove", example="datenkontor broker source remove urn:participant:city --reason 'Left us' --yes")
def remove(call: CommandCall, source: SourceArgument, reason: WhyOption = None, yes: YesOption = False) -> None:
    """Remove a source: its offers are deleted here, and feeds tell it.

    It is not crawled any more, also if it stays on the participant list, until `broker source add` or `broker undo`.
    """
    with connect_broker(call) as broker:
        found = broker.show_source(source).source
        question = call.output.say("broker.ask-remove", name=found.name, datasets=found.datasets)
        call.output.confirm(question, yes)
        done = broker.remove(source, reason)
    print_acted(call, done, source)


@register(
    app,
    "crawl",
    example="""datenkontor broker source crawl urn:participant:city --wait
    datenkontor broker source crawl --failing""",
)
def crawl(
    call: CommandCall,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE…", help="Sources to crawl.", show_default=False)
    ] = None,
    failing: Annotated[bool, typer.Option("--failing", help="All sources whose last crawl failed.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end of the crawls, and tell each.")] = False,
    timeout: TimeoutOption = 600.0,
) -> None:
    """Crawl sources now: before those that are due, but not before their crawls that run."""
    if not sources and not failing:
        raise Failure(Code.USAGE, "broker.crawl-nothing")
    with connect_broker(call) as broker:
        asked = broker.crawl(tuple(sources or ()), failing=failing)
        for name in asked.refused:
            call.output.print_hint(call.output.say("broker.crawl-refused", participant=name))
        if not wait:
            call.output.print_result(asked, call.output.say("broker.crawl-asked", count=len(asked.asked)))
            return
        _await_crawls(call, broker, asked, timeout)


def print_acted(call: CommandCall, done: ActedView, target: str) -> None:
    """Print what an act has done, and how to undo it."""
    if done.act is None:
        call.output.print_result(done, call.output.say("broker.unchanged", target=target))
        return
    act = call.output.say(f"broker.act-{done.act.act}")
    call.output.print_result(done, call.output.say("broker.acted", act=act, target=target, number=done.act.number))
    if not done.followed:
        call.output.print_hint(call.output.say("broker.not-followed"))


def _await_crawls(call: CommandCall, broker: BrokerClient, asked: CrawlsView, timeout_s: float) -> None:
    """Wait for each crawl and tell its result. Raises Failure if one failed or is not over in time."""
    since, left, failed, rows = int(asked.at.timestamp() * 1000), timeout_s, 0, []
    for name in asked.asked:
        found = broker.await_crawl(name, since, 0)
        while not found.done and left > 0:
            step = min(_STEP_S, left)
            left -= step
            found = broker.await_crawl(name, since, step)
        if not found.done:
            raise Failure(Code.WAITING, "broker.crawl-waiting", participant=name)
        source = found.source
        failed += source.failures > 0
        rows.append(source)
        call.output.print_hint(f"{call.output.format_mark(not source.failures)} {source.name}")
    call.output.print_rows(
        rows,
        {
            "name": lambda source: source.name,
            "state": lambda source: source.state,
            "datasets": lambda source: source.datasets,
            "error": lambda source: source.error and call.output.translate(source.error),
            "participant": lambda source: source.participant,
        },
    )
    if failed:
        raise Failure(Code.FAILED, "broker.crawl-failed", count=failed)


def _build_fields(call: CommandCall, found: SourceDetailView) -> dict[str, object]:
    source, output = found.source, call.output
    return {
        "name": source.name,
        "kind": output.name_value(source.kind),
        "participant": source.participant,
        "address": source.address,
        "state": source.state,
        "datasets": source.datasets,
        "verified": output.format_time(source.verified_at),
        "failing since": output.format_time(source.failing_since),
        "failures": source.failures or None,
        "next crawl": output.format_time(source.next_at),
        "crawls": output.say("broker.crawls", succeeded=found.crawls_succeeded, failed=found.crawls_failed),
        "error": source.error and output.translate(source.error),
    }


def _build_sections(call: CommandCall, found: SourceDetailView) -> dict[str, list[str]]:
    output = call.output
    return {
        "marks": [
            f"{output.say(f'broker.mark-{mark.kind}')} {output.format_time(mark.at)} {mark.by}: {mark.reason}"
            for mark in found.marks
        ],
        "unreadable": [f"{one.dataset or '–'}: {output.translate(one.reason)}" for one in found.unreadable],
    }


def format_moment(output: Output, text: str | None) -> str:
    """Return a time of JSON as people read it; none is empty."""
    return output.format_time(datetime.fromisoformat(text) if text else None)
