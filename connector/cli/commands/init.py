"""`init`: set up a folder with settings, a key and an identity card, without a question."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.authority import card as cards
from connector.authority.card import IdentityCard
from connector.authority.founding import FOLDER
from connector.authority.keeping import ROOT, SPARE
from connector.authority.roster import RosterFault
from connector.cli.frame.command import YesOption, create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.setup.folder import refuse_to_overwrite, write_folder
from connector.cli.setup.forwards import describe_forwards, list_forwards
from connector.cli.setup.identity import keep_beside
from connector.cli.setup.moving import name_did
from connector.cli.setup.plan import (
    CARD,
    LIST,
    OPERATOR,
    SETTINGS,
    Plan,
    PortBaseOption,
    SecondUrlOption,
    build_slug,
    check_urls,
)
from connector.cli.setup.ports import choose_ports
from connector.identity.roster import ParticipantId
from connector.protocol.dcp.did import LOCAL_HOST

app = create_word()


class FolderRole(StrEnum):
    """The role of a folder."""

    CONNECTOR = "connector"
    BROKER = "broker"


class IdentityChoice(StrEnum):
    """How participants prove who they are: by documents and credentials, or by keys on the participant list."""

    DCP = "dcp"
    ROSTER = "roster"


@register(
    app,
    "init",
    needs="nothing",
    faults=(RosterFault,),
    example="""datenkontor init tiefbauamt --name 'Tiefbauamt Herne'
    datenkontor init broker --role broker
    datenkontor init firma --broker broker/card.json --public-url https://daten.example.org
    datenkontor init kreis --role broker --identity roster""",
)
def init(
    call: CommandCall,
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to set up; it is created if it does not exist.")
    ],
    role: Annotated[FolderRole, typer.Option(help="Role of the folder.")] = FolderRole.CONNECTOR,
    id: Annotated[
        str | None, typer.Option(metavar="ID", help="Identifier of the participant (default: built from the name).")
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Name of the participant (default: the name of the folder).")
    ] = None,
    public_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Public URL (default: reachable on this machine only).")
    ] = None,
    second_url: SecondUrlOption = None,
    port_base: PortBaseOption = None,
    broker: Annotated[
        Path | None,
        typer.Option(metavar="CARD", help="Identity card of the broker; its key verifies the participant list."),
    ] = None,
    roster: Annotated[
        str | None, typer.Option(metavar="FILE|URL", help="File or URL of the signed participant list.")
    ] = None,
    identity: Annotated[
        IdentityChoice | None,
        typer.Option(
            help="How participants prove who they are: `dcp` (documents, and credentials of an authority) or `roster` "
            "(keys on the list); default: that of the broker's card, else `dcp`."
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of offered files (default: DIR/offered).")
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Write the settings and the identity card again, after a confirmation; the key stays."
        ),
    ] = False,
    yes: YesOption = False,
) -> None:
    """Set up a connector or a broker: settings, private key, identity card.

    Existing files are overwritten only with --force; a private key is never overwritten.
    """
    refuse_to_overwrite(directory, force)
    title = name or directory.resolve().name
    ports = choose_ports(directory, port_base)
    known = cards.read_card(broker) if broker else None
    by_document = (identity or _choose_identity(known)) is IdentityChoice.DCP
    url = (public_url or f"http://{LOCAL_HOST if by_document else '127.0.0.1'}:{ports['protocol']}").rstrip("/")
    plan = Plan(
        directory=directory.resolve(),
        id=_name_by_place(url, id) if by_document else id or f"urn:participant:{build_slug(title)}",
        name=title,
        public_url=url,
        ports=ports,
        is_broker=role is FolderRole.BROKER,
        broker=known,
        roster=roster or _find_list(broker, known),
        data=data.resolve() if data else None,
        by_document=by_document,
        second_url=second_url.rstrip("/") if second_url else None,
    )
    if known and plan.is_broker:
        raise Failure(Code.USAGE, "errors.broker-of-broker")
    _check_plan(plan)
    kept = _keep_settings(call.output, plan.directory / SETTINGS, yes)
    _report(call.output, plan, write_folder(plan), kept, chosen=public_url is not None)


def _choose_identity(broker: IdentityCard | None) -> IdentityChoice:
    """Return what the card of a broker means: one without roots is that of a circle whose list has the keys."""
    return IdentityChoice.DCP if broker is None or broker.roots else IdentityChoice.ROSTER


def _name_by_place(url: str, id: str | None) -> str:
    """Return the identifier that names where the process is reached; a given one must be the same. Raises Failure."""
    try:
        did = name_did(url)
    except Failure:
        raise Failure(Code.USAGE, "setup.no-place", url=url) from None
    if id not in {None, did}:
        raise Failure(Code.USAGE, "setup.place-names", did=did, id=id)
    return did


def _check_plan(plan: Plan) -> None:
    """Check what an identity card states, before anything is written. Raises Failure."""
    check_urls(plan)
    try:
        msgspec.convert(plan.id, ParticipantId)
    except msgspec.ValidationError:
        raise Failure(Code.USAGE, "errors.participant-id", id=plan.id[:100]) from None


def _keep_settings(output: Output, path: Path, yes: bool) -> Path | None:
    """Keep a copy of settings that will be written again, after a confirmation. Raises Failure."""
    if not path.exists():
        return None
    output.confirm(output.say("setup.ask-settings", path=path), yes)
    try:
        return keep_beside(path)
    except OSError as error:
        raise Failure(Code.FAILED, "errors.not-writable", path=error.filename or path, problem=error.strerror) from None


def _find_list(broker: Path | None, known: IdentityCard | None) -> str | None:
    """Return the location of the participant list: as the broker's card names it, or beside the card."""
    if broker is None or known is None:
        return None
    if known.roster:
        return known.roster
    beside = broker.resolve().parent / LIST
    return str(beside) if beside.exists() else None


@dataclass(frozen=True)
class _NextCommand:
    command: str
    why: str = ""


def _report(output: Output, plan: Plan, key: str, kept: Path | None, *, chosen: bool) -> None:
    steps = [step.command + (f"   # {step.why}" if step.why else "") for step in _list_steps(output, plan)]
    value = {
        "folder": str(plan.directory),
        "id": plan.id,
        "name": plan.name,
        "address": plan.address,
        "settings": str(plan.directory / SETTINGS),
        "card": str(plan.directory / CARD),
        "management": f"http://127.0.0.1:{plan.ports['management']}",
        "key": key,
        "ports": plan.ports,
        "kept": None if kept is None else str(kept),
        "forward": list_forwards(plan),
        "next": steps,
    }
    output.print_result(
        value,
        output.say("cli.init-done", name=plan.name, id=plan.id, folder=plan.directory),
        *([output.say("setup.kept", path=kept)] if kept else []),
        *_describe_reach(output, plan, chosen=chosen),
        *_describe_roots(output, plan),
        "",
        output.say("cli.init-key"),
        f"  export DATENKONTOR_KEY={key}",
        "",
        output.say("cli.init-next"),
        *(f"  {step}" for step in steps),
    )


def _describe_reach(output: Output, plan: Plan, *, chosen: bool) -> list[str]:
    """Return who reaches the folder, at an address that a person may have `chosen`, and what is to do for it."""
    if not plan.local:
        return describe_forwards(output, plan)
    return [output.say("cli.init-near", url=plan.public_url) if chosen else output.say("cli.init-local")]


def _describe_roots(output: Output, plan: Plan) -> list[str]:
    """Return where the roots of a new authority are, which do not stay on this machine."""
    folder = plan.directory / FOLDER
    if not (plan.is_broker and plan.by_document and (folder / ROOT).exists()):
        return []
    return [output.say("authority.roots", root=folder / ROOT, spare=folder / SPARE)]


def _list_steps(output: Output, plan: Plan) -> list[_NextCommand]:
    settings = plan.directory / SETTINGS
    if plan.is_broker:
        return [
            _NextCommand(f"datenkontor broker serve --settings {settings}", output.say("setup.ready-link")),
            *_list_steps_to_members(output, plan, settings),
        ]
    if plan.by_document and plan.broker is None:
        join = _NextCommand(f"datenkontor join LINK {plan.directory}", output.say("cli.init-join"))
        return [join, *_list_last_steps(output, settings)]
    steps = [_NextCommand(str(plan.directory / CARD), output.say("cli.init-hand"))]
    if plan.broker is None:
        steps.append(_NextCommand(str(plan.directory / OPERATOR), output.say("cli.init-operator")))
    if plan.roster is None:
        steps.append(_NextCommand(str(plan.directory / LIST), output.say("cli.init-list")))
    return [*steps, *_list_last_steps(output, settings)]


def _list_steps_to_members(output: Output, plan: Plan, settings: Path) -> list[_NextCommand]:
    """Return how somebody becomes a member: by an invitation, or on the same machine by its card too."""
    invite = f"datenkontor authority member invite NAME --settings {settings}"
    by_link = [_NextCommand(invite, output.say("cli.init-invite"))]
    by_card = [
        _NextCommand(f"datenkontor roster add CARD.json --settings {settings}"),
        _NextCommand(f"datenkontor roster publish --settings {settings}"),
    ]
    if not plan.by_document:
        return by_card
    return [*by_link, *by_card] if plan.local else by_link


def _list_last_steps(output: Output, settings: Path) -> list[_NextCommand]:
    return [
        _NextCommand(f"datenkontor doctor --settings {settings}"),
        _NextCommand(f"datenkontor serve --settings {settings}", output.say("setup.ready-link")),
        _NextCommand(f"datenkontor asset add --settings {settings} --file FILE --title TEXT --publish"),
    ]
