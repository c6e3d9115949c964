"""`authority partner`: the authorities of other data spaces, whose members one meets."""

import asyncio
from typing import Annotated

import typer

from connector.app.trust.joining import fetch_terms, open_client
from connector.authority import keeping, membership
from connector.authority.card import read_roots
from connector.cli.commands.authority_members import FAULTS, open_authority, print_published, publish_and_tell
from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.identity.keys import public_jwk
from connector.identity.listing.partner import Partner
from connector.settings import Settings

app = create_noun("The authorities of other data spaces, whose members yours meet: list, add, remove.")


@register(
    app,
    "add",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor authority partner add https://daten.bochum.example/authority --root THUMBPRINT \\
    --type MembershipCredential""",
)
def add(
    call: CommandCall,
    base: Annotated[str, typer.Argument(metavar="URL", help="Where the other authority answers.")],
    root: Annotated[
        str, typer.Option(metavar="THUMBPRINT", help="Thumbprint of its first root, as its operator told you.")
    ],
    type: Annotated[
        list[str], typer.Option(metavar="TYPE", help="Type of credential that it may issue. May be repeated.")
    ],
) -> None:
    """List the authority of another data space: its members and yours meet, once it lists yours too.

    Of its list count names, addresses and keys. Its roles, claims, profile and partners do not.
    """
    settings, authority = open_authority(call)
    partner = asyncio.run(_fetch(settings, base.rstrip("/"), root, tuple(type)))
    asked = {each for types in keeping.read_profile(authority).show.values() for each in types}
    listed = (each.types for each in keeping.show(authority).partners if each.authority == partner.authority)
    before, told = ", ".join(next(listed, ())), {"id": partner.authority, "types": ", ".join(partner.types)}
    membership.list_partner(authority, partner)
    print_published(
        call,
        *publish_and_tell(settings, authority),
        call.output.say("authority.partner-changed", **told, before=before)
        if before
        else call.output.say("authority.partner-added", **told),
    )
    if lacks := ", ".join(sorted(asked - set(partner.types))):
        call.output.print_hint(call.output.say("authority.partner-lacks", id=partner.authority, types=lacks))


async def _fetch(settings: Settings, base: str, root: str, types: tuple[str, ...]) -> Partner:
    async with open_client(settings) as client:
        terms = await fetch_terms(client, base, root)
    roots = tuple(public_jwk(key) for key in read_roots(terms.roots, base))
    return Partner(authority=terms.roster.document.issuer, list=f"{base}/members", roots=roots, types=types)


@register(
    app,
    "remove",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority partner remove did:web:daten.bochum.example:authority --yes",
)
def remove(
    call: CommandCall,
    partner: Annotated[str, typer.Argument(metavar="ID", help="Identifier of the other authority.")],
    yes: YesOption = False,
) -> None:
    """Take the authority of another data space off the list: what runs with its members ends."""
    settings, authority = open_authority(call)
    if partner not in {each.authority for each in keeping.show(authority).partners}:
        raise Failure(Code.NOT_FOUND, "authority.not-partner", id=partner)
    call.output.confirm(call.output.say("authority.ask-partner", id=partner), yes)
    membership.remove_partner(authority, partner)
    print_published(
        call,
        *publish_and_tell(settings, authority),
        call.output.say("authority.partner-removed", id=partner),
    )


@register(app, "list", needs="settings", faults=FAULTS, example="datenkontor authority partner list")
def list_(call: CommandCall) -> None:
    """List the authorities of other data spaces, and the thumbprint of the own root, which theirs need."""
    _, authority = open_authority(call)
    root = keeping.load_roots(authority)[0].kid
    call.output.print_rows(
        keeping.show(authority).partners,
        {
            "id": lambda partner: partner.authority,
            "address": lambda partner: partner.list,
            "types": lambda partner: ", ".join(partner.types),
        },
        besides={"root": root},
    )
    call.output.print_hint(call.output.say("authority.own-root", root=root))
