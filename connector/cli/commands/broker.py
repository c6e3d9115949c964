"""`broker`: run the broker of a data space, or show its state."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer

from connector.cli.commands.source import app as portals
from connector.cli.frame.command import create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.frame.probe import format_origin, probe_url
from connector.cli.setup.identity import is_of_broker
from connector.ports.broker_store import Liveness
from connector.ports.changes import StoreError

app = create_noun("The broker: it crawls the catalogues of the participants and answers searches.")
app.add_typer(portals, name="source")


@register(app, "serve", needs="settings", example="datenkontor broker serve --settings broker/datenkontor.toml")
def serve(call: CommandCall) -> None:
    """Run a broker until Ctrl-C or SIGTERM; one line reports that it is ready, with its addresses."""
    settings = call.read_settings()
    from connector.app.serve import serve_broker as run

    run(settings)


@register(
    app,
    "status",
    needs="settings",
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
    """Show whether a broker is ready, and its checks."""
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
        until = _format_moment(call.output, listed["expires_at"])
        version, days_left = listed["version"], listed["days_left"]
        fields["participant list"] = call.output.say(
            "cli.list-in-use", version=version, until=until, days_left=days_left
        )
    fields |= {name: entry for name, entry in report.items() if isinstance(entry, str | int | bool)}
    call.output.print_details(value, fields)
    if answer.status != 200:
        raise Failure(Code.FAILED, "errors.broker-not-ready", address=address, status=answer.status)


@register(
    app,
    "sources",
    needs="settings",
    example="""datenkontor broker sources --settings broker/datenkontor.toml
    datenkontor broker sources --failing --json""",
)
def sources(
    call: CommandCall,
    failing: Annotated[bool, typer.Option("--failing", help="Only sources with an error or a remark.")] = False,
) -> None:
    """List the crawled participants and portals: the state of each source, its datasets, and its latest error.

    NEW: not crawled yet. ONLINE: the last crawl succeeded. SUSPECT: the last crawl failed; its datasets remain in
    searches, and it is tried again soon. OFFLINE: three crawls failed, or none succeeded for 15 minutes; its datasets
    are marked as possibly outdated, and hidden after a day. DEAD: no crawl succeeded for five days, or the participant
    left the list; its datasets are not found any more. A crawl that succeeds makes a source ONLINE again.
    """
    settings = call.read_settings()
    from connector.app.broker import list_sources

    if not is_of_broker(call.file, settings):
        raise Failure(Code.NOT_FOUND, "errors.no-broker-settings", file=call.file)
    try:
        found = list_sources(settings)
    except StoreError as error:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(error)}) from None
    shown = [source for source in found if source["error"] or not failing]
    call.output.print_rows(
        shown,
        {
            "name": lambda source: source["name"],
            "state": lambda source: source["liveness"],
            "datasets": lambda source: source["datasets"],
            "verified": lambda source: _format_moment(call.output, source["verified_at"]),
            "next crawl": lambda source: _format_moment(call.output, source["next_at"]),
            "error": lambda source: source["error"] and call.output.translate(source["error"]),
            "participant": lambda source: source["participant"],
        },
    )

    for state in (state for state in Liveness if state in {source["liveness"] for source in shown}):
        call.output.print_hint(f"{call.output.name_value(state)}: {call.output.say(f'cli.source-{state}')}")


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


def _format_moment(output: Output, text: str | None) -> str:
    return output.format_time(datetime.fromisoformat(text) if text else None)


def _parse_report(body: bytes) -> dict[str, Any]:
    try:
        report: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return {}
    return report
