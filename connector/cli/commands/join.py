"""`join`: become a member of a data space by an invitation, in a new folder or with a connector that is set up."""

import asyncio
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.app.trust.joining import ask_to_join, fetch_terms, open_client, store_credential
from connector.authority.inviting import LONGEST_LINK, InvitationLink, parse_link
from connector.authority.joining import Joined
from connector.authority.keeping import ROOTS
from connector.authority.roster import RosterFault
from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.setup.folder import write_file, write_folder
from connector.cli.setup.forwards import describe_forwards
from connector.cli.setup.identity import load_own_key, write_card
from connector.cli.setup.moving import build_member_card, change_file, list_changes, name_did, use_authority
from connector.cli.setup.plan import SETTINGS, Plan, PortBaseOption, SecondUrlOption, check_urls
from connector.cli.setup.ports import choose_ports
from connector.settings import Settings, SettingsError, load

app = create_word()

LINK_HELP = (
    "The invitation, as the data-space operator sent it; - reads it from standard input, so that no list of processes "
    "shows it."
)
HANDED = "membership.jwt"
"""The file of the credential until it is in the store."""


@register(
    app,
    "join",
    needs="nothing",
    faults=(RosterFault, SettingsError),
    example="""datenkontor join 'https://daten.stadt.example/authority/join#…' werke \\
    --public-url https://daten.werke.example --certificate fullchain.pem --certificate-key tls-key.pem
    datenkontor join 'https://daten.stadt.example/authority/join#…' werke \\
    --public-url https://daten.werke.example --second-url https://abruf.werke.example --network 10.0.0.0/8
    datenkontor join 'https://daten.stadt.example/authority/join#…' werke
    datenkontor join - werke < invitation.txt""",
)
def join(
    call: CommandCall,
    link: Annotated[str, typer.Argument(metavar="LINK", help=LINK_HELP)],
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the connector; it is set up if it does not exist.")
    ],
    name: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Name of the participant (default: the name of the folder).")
    ] = None,
    public_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Public URL (https) of a folder that is set up.")
    ] = None,
    second_url: SecondUrlOption = None,
    port_base: PortBaseOption = None,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate of the listeners, if no proxy ends TLS.")
    ] = None,
    certificate_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Private key of the certificate.")
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Trust anchors (PEM) of the data space, if those of the system are others."),
    ] = None,
    network: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CIDR", help="Network of the data space, if its addresses are not public. May be repeated."
        ),
    ] = None,
) -> None:
    """Become a member of a data space: keys are made here, the authority looks at them, and a credential is stored.

    A connector that was a member by the key on its card keeps its identifier and its agreements. It must not run
    meanwhile. What was refused has changed nothing.
    """
    taken, file = parse_link(sys.stdin.readline(LONGEST_LINK) if link == "-" else link), directory / SETTINGS
    is_new, existed = not file.exists(), directory.exists()
    secret = ""
    try:
        if is_new:
            plan = _plan(directory, taken, name, public_url, second_url, port_base)
            files = {"certificate": certificate, "key": certificate_key, "ca": ca}
            net: dict[str, Any] = {key: path.resolve() for key, path in files.items() if path is not None}
            secret = _set_up(call.output, plan, net | ({"networks": network} if network else {}))
        joined, settings = asyncio.run(_join(taken, file, directory.resolve()))
    except (RosterFault, SettingsError, Failure):
        if is_new and not existed:
            shutil.rmtree(directory, ignore_errors=True)
        raise
    changes: dict[str, dict[str, Any]] = list_changes(settings, directory.resolve())
    changes |= _complete(settings, joined, is_named=not is_new or name is not None)
    kept = change_file(file, changes)
    write_file(directory / HANDED, joined.credential + "\n", mode=0o600)
    asyncio.run(store_credential(load(file), joined.credential))
    (directory / HANDED).unlink()
    call.output.print_result(
        {
            "participant": joined.participant,
            "name": joined.name,
            "folder": str(directory.resolve()),
            "repeated": joined.repeated,
            "key": secret or None,
            "kept": None if kept is None else str(kept),
        },
        call.output.say("authority.joined-again" if joined.repeated else "authority.joined", name=joined.name),
        *([call.output.say("cli.init-key"), f"  export DATENKONTOR_KEY={secret}"] if secret else []),
        call.output.say("cli.init-next"),
        f"  datenkontor serve --settings {file}",
    )


def _complete(settings: Settings, joined: Joined, *, is_named: bool) -> dict[str, dict[str, Any]]:
    """Return what the answer says that the settings leave open: the name on the list, and the broker to search at."""
    named = {} if is_named else {"participant": {"name": joined.name}}
    is_open = settings.broker.participant is None and settings.broker.api is None
    if not (is_open and joined.search and joined.broker != joined.participant):
        return named
    return {**named, "broker": {"participant": joined.broker, "api": joined.search}}


def _plan(
    directory: Path,
    link: InvitationLink,
    name: str | None,
    public_url: str | None,
    second_url: str | None,
    port_base: int | None,
) -> Plan:
    """Return the plan of a new folder. Raises Failure, RosterFault."""
    if public_url is None:
        raise Failure(Code.USAGE, "authority.needs-url", directory=directory)
    plan = Plan(
        directory=directory.resolve(),
        id=name_did(public_url),
        name=name or directory.resolve().name,
        public_url=public_url.rstrip("/"),
        ports=choose_ports(directory, port_base),
        is_broker=False,
        broker=None,
        roster=f"{link.base}/members",
        data=None,
        second_url=second_url.rstrip("/") if second_url else None,
    )
    check_urls(plan)
    return plan


def _set_up(output: Output, plan: Plan, net: Mapping[str, Any]) -> str:
    """Set up a folder as `init` does, with settings of `net`; say what has to lead there, return its management key.

    Raises Failure, RosterFault.
    """
    for line in describe_forwards(output, plan):
        output.print_hint(line)
    secret = write_folder(plan)
    if net:
        change_file(plan.directory / SETTINGS, {"net": dict(net)})
    return secret


async def _join(link: InvitationLink, file: Path, folder: Path) -> tuple[Joined, Settings]:
    """Use the invitation; return the answer, and the settings with which the participant goes on."""
    settings, roots = load(file), folder / ROOTS
    did = name_did(settings.protocol.public_url)
    key = load_own_key(settings)
    async with open_client(settings) as client:
        terms = await fetch_terms(client, link.base, link.root)
    changed = use_authority(settings, did, f"{link.base}/members", roots)
    card = build_member_card(settings, did, key)
    joined = await ask_to_join(changed, link, card, key, terms)
    write_file(roots, terms.roots.decode("utf-8", "replace"))
    write_card(folder, card)
    return joined, changed
