"""`broker source`: the portals that a running broker harvests."""

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
import typer

from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import strip_controls
from connector.cli.frame.probe import ProbeResult, format_origin, probe_url
from connector.cli.setup.identity import is_of_broker
from connector.views.portals import PortalKind, PortalOrder, PortalsView, PortalView

app = create_noun("Portals that the broker harvests: their datasets are found as references, which lead to the portal.")

PortalArgument = Annotated[str, typer.Argument(metavar="NAME", help="Short name of the portal.")]

# What a refusal of the broker means for a command.
_CODES = {403: Code.REFUSED, 404: Code.NOT_FOUND, 409: Code.REFUSED, 422: Code.USAGE}
_PATIENCE_S = 30.0


@register(
    app,
    "add",
    needs="settings",
    example="""datenkontor broker source add musterstadt --kind ckan --url https://opendata.musterstadt.example
    datenkontor broker source add land --kind dcat --url https://daten.land.example/catalog.ttl --title "Land" """,
)
def add(
    call: CommandCall,
    name: PortalArgument,
    kind: Annotated[PortalKind, typer.Option(help="How the portal is read: the API of CKAN, or a catalogue in RDF.")],
    url: Annotated[str, typer.Option(metavar="URL", help="Address of the portal, or of its catalogue in RDF.")],
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Name of the portal that people read.")] = None,
) -> None:
    """Add a portal to a running broker, which reads it at once.

    A catalogue in RDF is Turtle, RDF/XML or JSON-LD in the terms of DCAT-AP; its pages are followed.
    """
    order = PortalOrder(name=name, kind=kind, url=url, title=title)
    answer = _ask(call, "POST", "", body=msgspec.json.encode(order))
    portal = msgspec.json.decode(answer.body, type=PortalView)
    call.output.print_result(portal, call.output.say("cli.portal-added", name=portal.name))


@register(
    app,
    "list",
    needs="settings",
    example="""datenkontor broker source list
    datenkontor broker source list --json""",
)
def list_(call: CommandCall) -> None:
    """List the portals of a running broker, with the state of each; `broker sources` lists the participants too."""
    found = msgspec.json.decode(_ask(call, "GET", "").body, type=PortalsView)
    call.output.print_rows(
        found.items,
        {
            "name": lambda portal: portal.name,
            "kind": lambda portal: portal.kind,
            "state": lambda portal: portal.liveness,
            "datasets": lambda portal: portal.datasets,
            "verified": lambda portal: call.output.format_time(portal.verified_at),
            "error": lambda portal: portal.error and call.output.translate(portal.error),
            "address": lambda portal: strip_controls(portal.url),
        },
    )


@register(app, "show", needs="settings", example="datenkontor broker source show musterstadt")
def show(call: CommandCall, name: PortalArgument) -> None:
    """Show a portal: its address, its state, its datasets, and why the last reading failed."""
    _print(call, msgspec.json.decode(_ask(call, "GET", f"/{quote(name, safe='')}").body, type=PortalView))


@register(
    app,
    "remove",
    needs="settings",
    example="""datenkontor broker source remove musterstadt
    datenkontor broker source remove musterstadt --yes""",
)
def remove(call: CommandCall, name: PortalArgument, yes: YesOption = False) -> None:
    """Remove a portal from a running broker, with all its references; one of the settings is removed there."""
    portal = msgspec.json.decode(_ask(call, "GET", f"/{quote(name, safe='')}").body, type=PortalView)
    call.output.confirm(call.output.say("cli.ask-remove-portal", name=portal.name, count=portal.datasets), yes)
    _ask(call, "DELETE", f"/{quote(name, safe='')}")
    call.output.print_result({"name": portal.name}, call.output.say("cli.portal-removed", name=portal.name))


@register(app, "crawl", needs="settings", example="datenkontor broker source crawl musterstadt")
def crawl(call: CommandCall, name: PortalArgument) -> None:
    """Let a running broker read a portal now, without waiting for its date."""
    portal = msgspec.json.decode(_ask(call, "POST", f"/{quote(name, safe='')}/crawl").body, type=PortalView)
    call.output.print_result(portal, call.output.say("cli.portal-crawled", name=portal.name))


def _print(call: CommandCall, portal: PortalView) -> None:
    output = call.output
    fields: dict[str, Any] = {
        "name": portal.name,
        "title": strip_controls(portal.title),
        "kind": portal.kind,
        "address": strip_controls(portal.url),
        "state": portal.liveness,
        "datasets": portal.datasets,
        "verified": output.format_time(portal.verified_at),
        "next crawl": output.format_time(portal.next_at),
    }
    if portal.error:
        fields["error"] = output.translate(portal.error)
    output.print_details(portal, fields)


def _ask(call: CommandCall, method: str, path: str, body: bytes | None = None) -> ProbeResult:
    """Send a request of the operator to the running broker of the settings. Raises Failure."""
    settings = call.read_settings()
    from connector.app.parts import issue_own_token

    if not is_of_broker(call.file, settings):
        raise Failure(Code.NOT_FOUND, "errors.no-broker-settings", file=call.file)
    address = format_origin(settings.broker.host, settings.broker.port)
    token = asyncio.run(issue_own_token(settings))
    url = f"{address}/v1/portals{path}"
    answer = probe_url(url, ca=settings.net.ca, timeout_s=_PATIENCE_S, method=method, token=token, body=body)
    if answer.status is None:
        raise Failure(Code.NOT_REACHABLE, "errors.broker-unreachable", address=address, reason=answer.reason)
    if answer.status >= 300:
        code = _CODES.get(answer.status, Code.FAILED)
        raise Failure(code, "errors.reported", reason={"en": _read_reason(answer)})
    return answer


class _RefusalReason(msgspec.Struct, frozen=True):
    reason: str = ""


class _PortalRefusal(msgspec.Struct, frozen=True):
    error: _RefusalReason = _RefusalReason()


def _read_reason(answer: ProbeResult) -> str:
    """Return the sentence with which the broker refuses a request."""
    try:
        stated = msgspec.json.decode(answer.body, type=_PortalRefusal).error.reason
    except (msgspec.MsgspecError, RecursionError):
        stated = ""
    return stated or f"The broker answered with status {answer.status}: see its log."
