"""`authority member`: who takes part: invited, added, suspended, revoked; and what all its commands share."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from connector.app.parts import find_authority, read_clock
from connector.app.trust.joining import tell_members
from connector.authority import card as cards
from connector.authority import inviting, issuing, keeping, membership, roster
from connector.authority.joining import renew_credential
from connector.authority.keeping import Authority
from connector.authority.renewal import change_member, compare_members
from connector.authority.roster import DEFAULT_VALIDITY, RosterFault
from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.members import (
    ClaimOption,
    confirm_losses,
    describe_changes,
    find_member,
    hint_odd_claims,
    parse_claims,
)
from connector.identity.roster import Member, RosterDocument
from connector.settings import Settings
from connector.views.conversion import moment, to_view
from connector.views.members import MembershipActView

app = create_noun("The members of the data space: invite, add, change, suspend, revoke, list.")

FAULTS = (RosterFault,)

MemberArgument = Annotated[
    str, typer.Argument(metavar="ID|NAME", help="Identifier of the member, present or former, or its name.")
]
RoleOption = Annotated[
    list[str] | None, typer.Option(metavar="WORD", help="Role (default: `participant`). May be repeated.")
]
TypeOption = Annotated[
    list[str] | None,
    typer.Option(metavar="TYPE", help="Type of its credential (default: all of the profile). May be repeated."),
]


def open_authority(call: CommandCall) -> tuple[Settings, Authority]:
    """Return the settings and where the files of their authority are. Raises Failure."""
    settings = call.read_settings()
    authority = find_authority(settings)
    if authority is None:
        raise Failure(Code.USAGE, "authority.none", file=call.file)
    return settings, authority


def publish_and_tell(
    settings: Settings, authority: Authority, *, valid_for: timedelta = DEFAULT_VALIDITY, left: Member | None = None
) -> tuple[RosterDocument, int]:
    """Publish the next list and tell the members; return it with how many were told. Raises RosterFault.

    `left` is who is no member any more, and is told too.
    """
    document = issuing.publish(authority, now=datetime.now(UTC), valid_for=valid_for)
    return document, tell(settings, document, left)


def tell(settings: Settings, document: RosterDocument, left: Member | None = None) -> int:
    """Tell the members that there is a newer list, and return how many were told."""
    addresses = membership.list_addresses(document, *([left] if left else []))
    return asyncio.run(tell_members(settings, addresses))


def print_published(
    call: CommandCall, document: RosterDocument, heard: int, *sentences: str, told_besides: int = 0
) -> None:
    """Print which list was published, and how many were told of it: members, and those `told_besides`."""
    call.output.print_result(
        {
            "version": document.version,
            "expires": document.expires,
            "members": len(document.members),
            "heard": heard,
        },
        *sentences,
        call.output.say(
            "authority.published",
            version=document.version,
            until=call.output.format_time(document.expires),
            members=len(document.members) + told_besides,
            heard=heard,
        ),
    )


@register(
    app,
    "invite",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor authority member invite 'Stadtwerke Herne' --role utility
    datenkontor authority member invite 'Firma GmbH' --did did:web:daten.firma.example --days 2""",
)
def invite(
    call: CommandCall,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the organisation, as the list will have it.")],
    role: RoleOption = None,
    type: TypeOption = None,
    claim: ClaimOption = None,
    did: Annotated[
        str, typer.Option(metavar="DID", help="Only who answers at this identifier can use the invitation.")
    ] = "",
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL", help="URL of a data plane or store of the member with another origin. May be repeated."
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="How long the link can be used, in days.")] = 7,
) -> None:
    """Make a link with which one organisation joins, once: `datenkontor join LINK DIR`.

    The link is shown once. Send it on a way on which nobody else reads it.
    """
    _, authority = open_authority(call)
    claims = parse_claims(claim or [])
    link = inviting.invite(
        authority,
        name,
        now=datetime.now(UTC),
        valid_for=timedelta(days=days),
        roles=role or (),
        types=type or (),
        claims={key: values for key, values in claims.items() if values},
        did=did,
        data=data or (),
    )
    call.output.print_result({"link": link, "name": name, "days": days}, link)
    call.output.print_hint(call.output.say("authority.invited", name=name, count=days))
    for member in roster.show(authority.members).members:
        if member.name == name:
            call.output.print_hint(call.output.say("authority.namesake", name=name, id=member.id))
    hint_odd_claims(call, claims)


@register(
    app,
    "add",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority member add firma/card.json --role company",
)
def add(
    call: CommandCall,
    card: Annotated[Path, typer.Argument(metavar="CARD", help="Identity card of a participant, from a sure source.")],
    role: RoleOption = None,
    type: TypeOption = None,
) -> None:
    """Add a member by its identity card, without an invitation; it gets its credential with `credential renew`."""
    settings, authority = open_authority(call)
    read = cards.read_card(card)
    entry, document = membership.add(authority, read, now=datetime.now(UTC), roles=role or (), types=type or ())
    print_published(call, document, tell(settings, document), call.output.say("cli.roster-added", id=entry.id))


@register(
    app,
    "change",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor authority member change did:web:daten.firma.example --role company --role utility
    datenkontor authority member change did:web:daten.firma.example --claim seat=DE --claim membership=""",
)
def change(
    call: CommandCall,
    member: MemberArgument,
    role: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="Role, instead of those of before. May be repeated.")
    ] = None,
    claim: ClaimOption = None,
    yes: YesOption = False,
) -> None:
    """Change the roles or the claims of a member, and publish the list; what is not given stays.

    A credential that states a role which the member loses ends at once. Its process asks for the next one by itself.
    """
    settings, authority = open_authority(call)
    claims = parse_claims(claim or [])
    if not role and not claims:
        raise Failure(Code.USAGE, "authority.change-nothing")
    before = _find(authority, member)
    after = change_member(before, roles=role or (), claims=claims)
    changes = compare_members(before, after)
    confirm_losses(call, before.id, changes, yes)
    after, document = membership.change(authority, before.id, now=datetime.now(UTC), roles=role or (), claims=claims)
    lines = (call.output.say("authority.changed", id=after.id), *describe_changes(call, after, changes))
    print_published(call, document, tell(settings, document), *lines)
    if set(after.roles) > set(before.roles):
        call.output.print_hint(call.output.say("authority.more-roles", id=after.id))
    hint_odd_claims(call, claims)


@register(
    app,
    "suspend",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority member suspend did:web:daten.firma.example --yes",
)
def suspend(call: CommandCall, member: MemberArgument, yes: YesOption = False) -> None:
    """Suspend a member: nobody speaks with it, and what runs with it ends, until `member admit`."""
    settings, authority = open_authority(call)
    found = _find(authority, member).id
    call.output.confirm(call.output.say("authority.ask-suspend", id=found), yes)
    document = membership.suspend(authority, found, now=datetime.now(UTC))
    print_published(call, document, tell(settings, document), call.output.say("authority.suspended", id=found))


@register(
    app,
    "credential",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority member credential did:web:edc.firma.example > membership.jwt",
)
def credential(call: CommandCall, member: MemberArgument) -> None:
    """Issue the credential of a member anew, and print it (JWT): for one whose wallet is another product.

    A Datenkontor gets its own with `credential renew`.
    """
    _, authority = open_authority(call)
    issued = renew_credential(authority, _find(authority, member).id, read_clock())
    call.output.print_result({"credential": issued}, issued)


@register(
    app,
    "admit",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority member admit did:web:daten.firma.example",
)
def admit(call: CommandCall, member: MemberArgument) -> None:
    """Admit a suspended member again."""
    settings, authority = open_authority(call)
    found = _find(authority, member).id
    document = membership.suspend(authority, found, now=datetime.now(UTC), suspended=False)
    print_published(call, document, tell(settings, document), call.output.say("authority.admitted", id=found))


@register(
    app,
    "revoke",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority member revoke did:web:daten.firma.example --yes",
)
def revoke(call: CommandCall, member: MemberArgument, yes: YesOption = False) -> None:
    """Take a member off the list and end its credentials, for good; the members are told at once."""
    settings, authority = open_authority(call)
    found = _find(authority, member).id
    call.output.confirm(call.output.say("authority.ask-revoke", id=found), yes)
    entry, document = membership.revoke(authority, found, now=datetime.now(UTC))
    heard, told_besides = tell(settings, document, entry), 1 if entry.address else 0
    print_published(call, document, heard, call.output.say("authority.revoked", id=found), told_besides=told_besides)


@register(app, "list", needs="settings", faults=FAULTS, example="datenkontor authority member list")
def list_(call: CommandCall) -> None:
    """List the members, then the invitations that nobody has used."""
    _, authority = open_authority(call)
    record, now = keeping.show(authority), read_clock()
    ends = membership.list_ends(record)
    call.output.print_rows(
        [_describe(each, ends) for each in roster.show(authority.members).members],
        {
            "id": lambda row: row["id"],
            "name": lambda row: row["name"],
            "roles": lambda row: row["roles"],
            "claims": lambda row: [f"{name}={'|'.join(values)}" for name, values in row["claims"].items()],
            "former": lambda row: row["former"],
            "standing": lambda row: call.output.name_value(row["standing"]),
            "until": lambda row: call.output.format_end(row["until"]),
        },
    )
    for invitation in record.invitations.values():
        if inviting.find_state(invitation, now) == "open":
            until = call.output.format_time(moment(invitation.until))
            call.output.print_hint(call.output.say("authority.open", name=invitation.name, until=until))


def _find(authority: Authority, word: str) -> Member:
    """Return the member that an identifier or a name means, before anybody is asked about it. Raises Failure."""
    return find_member(roster.show(authority.members).members, word)


def _describe(member: Member, ends: Mapping[str, datetime]) -> dict[str, Any]:
    """Return the entry of a member, with its standing and with when its newest credential ends."""
    whole = {"roles": member.roles, "claims": member.claims, "former": member.former}
    return {
        **msgspec.to_builtins(member),
        **whole,
        "standing": membership.name_standing(member),
        "until": ends.get(member.id),
    }


@register(app, "log", needs="settings", faults=FAULTS, example="datenkontor authority member log")
def log(call: CommandCall) -> None:
    """List what was done about members and invitations, the newest first: who, when and why."""
    _, authority = open_authority(call)
    call.output.print_rows(
        [to_view(MembershipActView, act, act=act.deed.value) for act in reversed(keeping.show(authority).acts)],
        {
            "at": lambda act: call.output.format_time(act.at),
            "act": lambda act: call.output.say(f"members.act-{act.act}"),
            "name": lambda act: act.name,
            "about": lambda act: act.about,
            "by": lambda act: act.by or call.output.say("members.at-the-machine"),
            "reason": lambda act: act.reason,
        },
    )
