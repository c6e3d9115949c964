"""`broker`: run the broker of a data space, or show its state."""

import asyncio
from functools import partial
from typing import Annotated, Any

import msgspec
import typer

from connector.cli.commands import broker_moderation, broker_reports, broker_sources
from connector.cli.commands.broker_sources import format_moment
from connector.cli.commands.serve import tell_first
from connector.cli.frame.command import create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.frame.probe import format_origin, probe_url
from connector.cli.frame.remote import connect_broker
from connector.cli.setup.identity import is_of_broker
from connector.views.sources import BrokerStatusView

app = create_noun("The broker: it crawls the catalogues of the participants and answers searches.")
# Without a name, the commands of a part are commands of the broker.
app.add_typer(broker_sources.app, name="source")
app.add_typer(broker_moderation.app)
app.add_typer(broker_reports.app)


@register(app, "serve", needs="settings", example="datenkontor broker serve --settings broker/datenkontor.toml")
def serve(call: CommandCall) -> None:
    """Run a broker until Ctrl-C or SIGTERM; one line reports that it is ready, with its addresses."""
    settings = call.read_settings()
    from connector.app.serve import serve_broker as run

    run(settings, partial(tell_first, call))


@register(
    app,
    "status",
    example="""datenkontor broker status
    datenkontor broker status --api http://127.0.0.1:7083""",
)
def status(
    call: CommandCall,
    api: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Address of the broker's search API (default: that of the settings)."),
    ] = None,
) -> None:
    """Show whether a broker is ready; with a management key its sources, entries, index and crawls too."""
    address, ca = api, None
    if address is None:
        settings = call.read_settings()
        ca = settings.net.ca
        # Settings without `broker.api` are those of a broker.
        address = settings.broker.api or format_origin(settings.broker.host, settings.broker.port)
    answer = probe_url(address.rstrip("/") + "/ready", ca=ca)
    if answer.status is None:
        raise Failure(Code.NOT_REACHABLE, "errors.broker-unreachable", address=address, reason=answer.reason)
    report = _parse_report(answer.body)
    value = {"address": address, "ready": answer.status == 200, **report}
    fields = {"address": address, "ready": answer.status == 200}
    listed = report.get("participant_list")
    if isinstance(listed, dict):
        until = format_moment(call.output, listed["expires_at"])
        version, days_left = listed["version"], listed["days_left"]
        fields["participant list"] = call.output.say(
            "cli.list-in-use", version=version, until=until, days_left=days_left
        )
    fields |= {name: entry for name, entry in report.items() if isinstance(entry, str | int | bool)}
    if call.key and api is None:
        with connect_broker(call) as broker:
            operated = broker.status()
        value["operated"] = operated
        fields |= _build_status_fields(call.output, operated)
    call.output.print_details(value, fields)
    if answer.status != 200:
        raise Failure(Code.FAILED, "errors.broker-not-ready", address=address, status=answer.status)


@register(app, "reindex", needs="settings", example="datenkontor broker reindex --settings broker/datenkontor.toml")
def reindex(call: CommandCall) -> None:
    """Build the search index of a running broker anew; the present index answers until the new one takes its place."""
    settings = call.read_settings()
    from connector.app.parts import issue_own_token

    if not is_of_broker(call.file, settings):
        raise Failure(Code.NOT_FOUND, "errors.no-broker-settings", file=call.file)
    address = format_origin(settings.broker.host, settings.broker.port)
    token = asyncio.run(issue_own_token(settings))
    answer = probe_url(address + "/v1/reindex", ca=settings.net.ca, method="POST", token=token)
    if answer.status is None:
        raise Failure(Code.NOT_REACHABLE, "errors.broker-unreachable", address=address, reason=answer.reason)
    if answer.status != 202:
        raise Failure(Code.FAILED, "errors.broker-no-reindex", address=address, status=answer.status)
    call.output.print_result({"address": address}, call.output.say("cli.reindex", address=address))


def _build_status_fields(output: Output, found: BrokerStatusView) -> dict[str, object]:
    def write(counts: dict[str, int]) -> str:
        return ", ".join(f"{output.name_value(name)}: {count}" for name, count in counts.items())

    index = found.index_at if found.building_at is None else f"{found.index_at} ({found.building_at})"
    return {
        "sources": write(found.sources),
        "marks": ", ".join(f"{output.say(f'broker.mark-{kind}')}: {count}" for kind, count in found.marks.items()),
        "entries": found.entries,
        "withheld": found.withheld or None,
        "tests": found.tests or None,
        "last change": found.last_change,
        "index at": index,
        "active crawls": found.active,
        "due crawls": found.due,
    }


def _parse_report(body: bytes) -> dict[str, Any]:
    try:
        report: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}
    return report
