"""`broker`: run the broker of a data space, or ask how it is doing."""

from typing import Annotated, Any

import msgspec
import typer

from connector.cli.frame.command import command, group
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.probe import look

app = group("The broker: it crawls the members' catalogues and answers searches.")


@command(app, "serve", needs="settings", example="datenkontor broker serve --settings broker/datenkontor.toml")
def serve(call: CommandCall) -> None:
    """Run a broker until Ctrl-C or SIGTERM; one line says when it is ready and where it listens."""
    settings = call.read_settings()
    from connector.app.serve import serve_broker as run

    run(settings)


@command(
    app,
    "status",
    needs="settings",
    example="""datenkontor broker status
    datenkontor broker status --api http://127.0.0.1:7083""",
)
def status(
    call: CommandCall,
    api: Annotated[
        str | None, typer.Option(metavar="URL", help="Address of the broker's search API; else the settings'.")
    ] = None,
) -> None:
    """Ask a broker whether it is there and how its sources are doing."""
    address, ca = api, None
    if address is None:
        settings = call.read_settings()
        ca = settings.net.ca
        # Whoever names no broker to search at is asked for the broker that these settings run.
        address = settings.broker.api or f"http://{settings.broker.host}:{settings.broker.port}"
    seen = look(address.rstrip("/") + "/ready", ca=ca)
    if seen.status is None:
        raise Failure(Code.NOT_REACHABLE, f"The broker at {address} cannot be reached: {seen.reason}.")
    told = _told(seen.body)
    value = {"address": address, "ready": seen.status == 200, **told}
    fields = {"address": address, "ready": seen.status == 200}
    fields |= {name: entry for name, entry in told.items() if isinstance(entry, str | int | bool)}
    call.output.details(value, fields)
    if seen.status != 200:
        raise Failure(Code.FAILED, f"The broker at {address} is not ready (status {seen.status}).")


def _told(body: bytes) -> dict[str, Any]:
    try:
        told: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return {}
    return told
