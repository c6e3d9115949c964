"""`join`: become a member of a data space by an invitation, in a new folder or with a connector that is set up."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from msgspec.structs import replace

from connector.app.trust.joining import AnswerMissing, ask_to_join, fetch_terms, open_client, store_credential
from connector.authority.card import IdentityCard
from connector.authority.inviting import LONGEST_LINK, InvitationLink, parse_link
from connector.authority.joining import Joined
from connector.authority.keeping import ROOTS
from connector.authority.roster import RosterFault
from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.setup.beginning import begin, end, has_begun, keep, remove
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
DRAFT = f".{ROOTS}.new"
"""The roots of the authority until its credential is in the store."""


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
    meanwhile. What was refused has changed nothing; after a lost answer, the same call goes on.
    """
    taken, file = parse_link(_read_link() if link == "-" else link), directory / SETTINGS
    is_new = not file.exists() or has_begun(directory)
    secret, folder, output, begun = "", directory.resolve(), call.output, list[str]()
    try:
        if is_new:
            plan = _plan(directory, taken, name, public_url, second_url, port_base)
            files = {"certificate": certificate, "key": certificate_key, "ca": ca}
            net: dict[str, Any] = {key: path.resolve() for key, path in files.items() if path is not None}
            begun = begin(folder)
            secret = _set_up(output, plan, net | ({"networks": network} if network else {}))
        answer = asyncio.run(_ask(taken, file, folder))
    except AnswerMissing:
        output.print_hint(output.say("authority.join-goes-on"))
        raise
    except (RosterFault, SettingsError, Failure):
        remove(folder, begun)
        raise
    kept, joined = _finish(output, file, answer, is_named=not is_new or name is not None), answer.joined
    call.output.print_result(
        {
            "participant": joined.participant,
            "name": joined.name,
            "folder": str(folder),
            "repeated": joined.repeated,
            "key": secret or None,
            "kept": None if kept is None else str(kept),
        },
        call.output.say("authority.joined-again" if joined.repeated else "authority.joined", name=joined.name),
        *([call.output.say("cli.init-key"), f"  export DATENKONTOR_KEY={secret}"] if secret else []),
        call.output.say("cli.init-next"),
        f"  datenkontor serve --settings {file}",
    )


def _read_link() -> str:
    """Return the link from the standard input: a line that somebody types, or all that another program hands over."""
    return sys.stdin.readline(LONGEST_LINK) if sys.stdin.isatty() else sys.stdin.read(LONGEST_LINK + 1)


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


class _Consent(NamedTuple):
    """What the authority has answered, and what follows from it; nothing of it is written yet."""

    joined: Joined
    settings: Settings
    card: IdentityCard
    roots: bytes


def _finish(output: Output, file: Path, answer: _Consent, *, is_named: bool) -> Path | None:
    """Store what the authority has answered, then change the settings; return where the old ones are kept."""
    folder = file.parent.resolve()
    try:
        asyncio.run(_take(answer, folder))
        kept = _change_settings(file, answer, folder, is_named=is_named)
        end(folder)
    except (RosterFault, SettingsError, Failure):
        output.print_hint(output.say("authority.join-goes-on"))
        raise
    return kept


async def _ask(link: InvitationLink, file: Path, folder: Path) -> _Consent:
    """Use the invitation; the answer has the settings with which the participant goes on. Raises RosterFault."""
    settings = load(file)
    did = name_did(settings.protocol.public_url)
    key = load_own_key(settings)
    async with open_client(settings) as client:
        terms = await fetch_terms(client, link.base, link.root)
    changed = use_authority(settings, did, f"{link.base}/members", folder / ROOTS)
    card = build_member_card(settings, did, key)
    keep(folder)
    return _Consent(await ask_to_join(changed, link, card, key, terms), changed, card, terms.roots)


async def _take(answer: _Consent, folder: Path) -> None:
    """Store the credential, verified by the roots of the authority, then write what is new. Raises RosterFault."""
    draft, identity = folder / DRAFT, answer.settings.identity
    write_file(draft, answer.roots.decode("utf-8", "replace"))
    try:
        settings = replace(answer.settings, identity=replace(identity, operator_key=draft))
        await store_credential(settings, answer.joined.credential)
        draft.replace(folder / ROOTS)
    finally:
        draft.unlink(missing_ok=True)
    write_card(folder, answer.card)


def _change_settings(file: Path, answer: _Consent, folder: Path, *, is_named: bool) -> Path | None:
    """Let the settings file say what the answer means; return where the old one is kept.

    Raises SettingsError, with the old one in its place, if a process could not start with it.
    """
    changes: dict[str, dict[str, Any]] = list_changes(answer.settings, folder)
    kept = change_file(file, changes | _complete(answer.settings, answer.joined, is_named=is_named))
    try:
        load(file)
    except SettingsError:
        if kept is not None:
            kept.replace(file)
        raise
    return kept
