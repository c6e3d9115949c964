"""`authority renew` and `authority pin`: a new pair of roots, and how a member comes to know it by hand."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from connector.app.trust.joining import AuthorityTerms, fetch_terms, open_client
from connector.authority import keeping
from connector.authority.issuing import BASE
from connector.authority.keeping import ROOT, SPARE, Authority
from connector.authority.renewing import renew_roots
from connector.authority.roster import RosterFault
from connector.cli.commands.authority_members import FAULTS, open_authority, print_published, publish_and_tell
from connector.cli.frame.command import YesOption, create_part, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.identity import load_own_key
from connector.identity.files import FileFault, read_bounded, replace_atomically
from connector.identity.keys import SigningKey
from connector.settings import Settings
from connector.views.conversion import moment

app = create_part()

MAX_PASSWORD = 4096
_LIST = f"{BASE}/members"

PasswordOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="File with the password of the root keys; only its owner may read it."),
]
StolenOption = Annotated[
    bool, typer.Option("--stolen", help="The issuer key was stolen: all that it has signed ends at once.")
]


@register(
    app,
    "renew",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor authority renew --spare /media/vault/spare.pem --settings broker/datenkontor.toml
    datenkontor authority renew --by-hand --settings broker/datenkontor.toml""",
)
def renew(
    call: CommandCall,
    spare: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Private key of the spare root, which names the new roots.")
    ] = None,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Both roots are lost: each member pins the new ones by hand.")
    ] = False,
    password_file: PasswordOption = None,
    stolen: StolenOption = False,
    yes: YesOption = False,
) -> None:
    """Make a new pair of roots, after a root was lost or stolen; move the old ones away from this machine before.

    The spare root names the new pair, and members follow by themselves: they refuse the old roots for good. If both
    roots are lost, use --by-hand within the 90 days of the issuer key: until these are over, old and new roots count.
    """
    if (spare is None) is not by_hand:
        raise Failure(Code.USAGE, "authority.spare-or-hand")
    settings, authority = open_authority(call)
    call.output.confirm(call.output.say("authority.ask-renew-by-hand" if by_hand else "authority.ask-renew"), yes)
    password = read_password(password_file)
    record = renew_roots(
        authority,
        keeping.load_root(spare, password) if spare else None,
        now=datetime.now(UTC),
        operator=find_operator(settings, authority),
        password=password,
        stolen=stolen,
    )
    published = publish_and_tell(settings, authority)
    keeping.end(authority)
    folder, thumbprint = authority.folder, keeping.load_roots(authority)[0].kid
    until = call.output.format_time(moment(record.certified_until))
    print_published(
        call,
        *published,
        call.output.say("authority.rotated", number=record.number, until=until),
        call.output.say("authority.roots", root=folder / ROOT, spare=folder / SPARE),
        call.output.say("authority.pin-by-hand" if by_hand else "authority.pin-later", root=thumbprint),
    )


@register(
    app,
    "pin",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority pin aZ3… --settings werke/datenkontor.toml",
)
def pin(
    call: CommandCall,
    root: Annotated[
        str, typer.Argument(metavar="THUMBPRINT", help="Thumbprint of the first root, as the operator has told it.")
    ],
) -> None:
    """Take the new roots of the authority, as a member, instead of those that are pinned here.

    Ask the data-space operator for the thumbprint by telephone: it is what proves the roots. What was refused has
    changed nothing.
    """
    settings = call.read_settings()
    location, path = str(settings.identity.roster), settings.identity.operator_key
    if "://" not in location or not location.endswith(_LIST):
        raise Failure(Code.USAGE, "authority.not-followed", file=call.file)
    terms = asyncio.run(_fetch(settings, location.removesuffix("/members"), root))
    replace_atomically(path, terms.roots, mode=0o644)
    version = terms.roster.document.version
    call.output.print_result(
        {"root": root, "file": str(path), "version": version},
        call.output.say("authority.pinned", path=path),
    )


async def _fetch(settings: Settings, base: str, root: str) -> AuthorityTerms:
    async with open_client(settings) as client:
        return await fetch_terms(client, base, root)


def find_operator(settings: Settings, authority: Authority) -> list[SigningKey]:
    """Return the key that signed the list before there was an authority, while a data space moves over."""
    return [load_own_key(settings)] if keeping.read_profile(authority).moving_over else []


def read_password(path: Path | None) -> bytes:
    """Return the password in a file; empty without a file. Raises RosterFault."""
    if path is None:
        return b""
    try:
        return read_bounded(path, MAX_PASSWORD, private=True).strip()
    except FileFault as fault:
        raise RosterFault(str(fault)) from None
