"""`dataplane`: data planes in processes of their own: run one, list, add, drain and remove those of a connector."""

import os
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.remote import connect
from connector.views.planes import DataPlaneView

app = create_noun("Data planes in processes of their own: run one, list, add, drain, remove.")

KEY_VARIABLE = "DATENKONTOR_PLANE"
PlaneArgument = Annotated[
    str, typer.Argument(metavar="PLANE", help="Identifier of the data plane.", show_default=False)
]


@register(app, "serve", needs="settings", example="datenkontor dataplane serve --settings plane/datenkontor.toml")
def serve(call: CommandCall) -> None:
    """Run a data plane until Ctrl-C or SIGTERM; one line reports that it is ready, with its addresses.

    Connectors drive it over the listener of the section [signaling]. Add it to one with `dataplane add`.
    """
    settings = call.read_settings()
    from connector.app.serve import serve_data_plane as run

    run(settings)


@register(app, "list", example="datenkontor dataplane list")
def list_planes(call: CommandCall) -> None:
    """List the data planes of a connector: labels, flows that have not ended, and whether they take new ones."""
    with connect(call) as connector:
        found = connector.dataplanes.list()
    call.output.print_rows(
        found,
        {
            "id": lambda plane: plane.id,
            "state": lambda plane: plane.state,
            "labels": lambda plane: ", ".join(plane.labels),
            "flows": lambda plane: plane.flows,
            "address": lambda plane: plane.endpoint,
        },
    )


@register(
    app,
    "add",
    example="""datenkontor dataplane add https://plane.example:7084 --label sensors
    datenkontor dataplane add https://other.example/signaling --id urn:plane:other \\
        --profile https://w3id.org/dspace-sig/profile/http-pull --keys other.jwks.json""",
)
def add(
    call: CommandCall,
    endpoint: Annotated[str, typer.Argument(metavar="URL", help="URL of its signaling.", show_default=False)],
    label: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Label by which assets choose it; can be repeated.")
    ] = None,
    id: Annotated[str | None, typer.Option(metavar="ID", help="Identifier of another data plane.")] = None,
    profile: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Transfer profile that another data plane supports; can be repeated."),
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Key set (JWKS) that verifies the tokens of another data plane.")
    ] = None,
) -> None:
    """Register a data plane, or replace what was registered.

    A data plane of Datenkontor says itself what it is: the variable DATENKONTOR_PLANE holds a management key of it
    with the scope admin. Another one is described with --id, --profile and --keys.
    """
    key = None if id else os.environ.get(KEY_VARIABLE)
    if id is None and not key:
        raise Failure(Code.USAGE, "errors.no-plane-key", variable=KEY_VARIABLE)
    with connect(call) as connector:
        found = connector.dataplanes.add(
            endpoint,
            key,
            labels=label or (),
            id=id,
            profiles=profile or (),
            keys=_read_keys(keys) if keys else None,
        )
    call.output.print_result(found, _describe(call, "cli.plane-added", found))


@register(
    app,
    "drain",
    example="""datenkontor dataplane drain urn:plane:old
    datenkontor dataplane drain urn:plane:old --undo""",
)
def drain(
    call: CommandCall,
    plane: PlaneArgument,
    undo: Annotated[bool, typer.Option("--undo", help="Let it have new flows again.")] = False,
) -> None:
    """Keep new flows away from a data plane; those that it has go on until they end."""
    with connect(call) as connector:
        found = connector.dataplanes.drain(plane, drain=not undo)
    call.output.print_result(found, _describe(call, "cli.plane-active" if undo else "cli.plane-draining", found))


@register(app, "remove", example="datenkontor dataplane remove urn:plane:old")
def remove(
    call: CommandCall,
    plane: PlaneArgument,
    force: Annotated[
        bool, typer.Option("--force", help="Also with flows that have not ended: their transfers end.")
    ] = False,
    yes: YesOption = False,
) -> None:
    """Remove a data plane that has no flows any more."""
    if force:
        call.output.confirm(call.output.say("cli.ask-plane", id=plane), yes)
    with connect(call) as connector:
        found = connector.dataplanes.remove(plane, force=force)
    call.output.print_result(found, _describe(call, "cli.plane-removed", found))


def _describe(call: CommandCall, key: str, plane: DataPlaneView) -> str:
    return call.output.say(key, id=plane.id, flows=plane.flows)


def _read_keys(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.json.decode(path.read_bytes()[:65_536], type=dict[str, Any])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Failure(Code.USAGE, "errors.no-key-set", path=path) from None
    return found
