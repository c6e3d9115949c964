"""`init`: a folder with settings, a key and an identity card, ready to be served. Asks nothing it can find out."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from connector.authority import card as cards
from connector.authority.card import IdentityCard
from connector.authority.roster import RosterFault
from connector.cli.frame import folder
from connector.cli.frame.command import command, single
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output

app = single()


class FolderRole(StrEnum):
    """What a folder is set up for."""

    CONNECTOR = "connector"
    BROKER = "broker"


@command(
    app,
    "init",
    needs="nothing",
    faults=(RosterFault,),
    example="""datenkontor init tiefbauamt --name 'Tiefbauamt Herne'
    datenkontor init broker --role broker
    datenkontor init firma --broker broker/card.json --public-url https://daten.example.org""",
)
def init(
    call: CommandCall,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to set up; made if it is missing.")],
    role: Annotated[FolderRole, typer.Option(help="What it is for.")] = FolderRole.CONNECTOR,
    id: Annotated[str | None, typer.Option(metavar="ID", help="Participant identifier; else made of the name.")] = None,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Name for people; else the folder's.")] = None,
    public_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where others reach it; else on this machine only.")
    ] = None,
    port_base: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=65_532, help="First of four ports; else free ones are found.")
    ] = None,
    broker: Annotated[
        Path | None, typer.Option(metavar="CARD", help="Identity card of the broker, whose operator signs the list.")
    ] = None,
    roster: Annotated[
        str | None, typer.Option(metavar="FILE|URL", help="Where the signed participant list is read.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder files are offered from; else DIR/offered.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write settings and card anew; a key is kept.")] = False,
) -> None:
    """Set up a connector or a broker: settings, private key, identity card.

    Nothing that exists is overwritten without --force, and a private key never is.
    """
    folder.refuse_to_overwrite(directory, force)
    title = name or directory.resolve().name
    ports = folder.free_ports(directory, port_base)
    known = cards.read_card(broker) if broker else None
    plan = folder.Plan(
        directory=directory.resolve(),
        id=id or f"urn:participant:{folder.slug(title)}",
        name=title,
        public_url=(public_url or f"http://127.0.0.1:{ports['protocol']}").rstrip("/"),
        ports=ports,
        is_broker=role is FolderRole.BROKER,
        broker=known,
        roster=roster or _list_beside(broker, known),
        data=data.resolve() if data else None,
    )
    if known and plan.is_broker:
        raise Failure(Code.USAGE, "A broker has no broker: leave out --broker or --role broker.")
    _report(call.output, plan, folder.write(plan))


def _list_beside(broker: Path | None, known: IdentityCard | None) -> str | None:
    """Return where the list is that a broker's card comes with: as the card says, or in the same folder."""
    if broker is None or known is None:
        return None
    if known.roster:
        return known.roster
    beside = broker.resolve().parent / folder.LIST
    return str(beside) if beside.exists() else None


@dataclass(frozen=True)
class _NextCommand:
    command: str
    why: str = ""


def _report(output: Output, plan: folder.Plan, key: str) -> None:
    steps = [step.command + (f"   # {step.why}" if step.why else "") for step in _steps(output, plan)]
    value = {
        "folder": str(plan.directory),
        "id": plan.id,
        "name": plan.name,
        "address": plan.address,
        "settings": str(plan.directory / folder.SETTINGS),
        "card": str(plan.directory / folder.CARD),
        "management": f"http://127.0.0.1:{plan.ports['management']}",
        "key": key,
        "ports": plan.ports,
        "next": steps,
    }
    output.result(
        value,
        output.say("init-done", name=plan.name, id=plan.id, folder=plan.directory),
        *([output.say("init-local")] if plan.local else []),
        "",
        output.say("init-key"),
        f"  export DATENKONTOR_KEY={key}",
        "",
        output.say("init-next"),
        *(f"  {step}" for step in steps),
    )


def _steps(output: Output, plan: folder.Plan) -> list[_NextCommand]:
    settings = plan.directory / folder.SETTINGS
    if plan.is_broker:
        return [
            _NextCommand(f"datenkontor broker serve --settings {settings}"),
            _NextCommand(f"datenkontor roster add CARD.json --settings {settings}"),
            _NextCommand(f"datenkontor roster publish --settings {settings}"),
        ]
    steps = [_NextCommand(str(plan.directory / folder.CARD), output.say("init-hand"))]
    if plan.broker is None:
        steps.append(_NextCommand(str(plan.directory / folder.OPERATOR), output.say("init-operator")))
    if plan.roster is None:
        steps.append(_NextCommand(str(plan.directory / folder.LIST), output.say("init-list")))
    return [
        *steps,
        _NextCommand(f"datenkontor doctor --settings {settings}"),
        _NextCommand(f"datenkontor serve --settings {settings}"),
        _NextCommand(f"datenkontor asset add --settings {settings} --file FILE --title TEXT --publish"),
    ]
