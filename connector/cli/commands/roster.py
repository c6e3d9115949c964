"""`roster`: the work of the data-space operator on the participant list: its members and its signature."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.app.parts import find_authority
from connector.authority import card as cards
from connector.authority import membership, roster
from connector.authority.founding import know_by_documents
from connector.authority.keeping import Authority
from connector.authority.profile import publish_profile
from connector.authority.renewal import MemberChange, compare_members, renew_member
from connector.authority.roster import RosterFault
from connector.cli.commands.authority_members import publish_and_tell
from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.identity import load_own_key
from connector.cli.setup.members import (
    ClaimOption,
    confirm_losses,
    describe_changes,
    find_member,
    hint_odd_claims,
    parse_claims,
)
from connector.cli.setup.plan import MEMBERS
from connector.identity.roster import Member, RosterDocument

app = create_noun("The participant list: the members of the data space, signed by the data-space operator.")

FAULTS = (RosterFault,)

CardsOption = Annotated[
    Path | None,
    typer.Option(
        "--file", metavar="FILE", help="Working file of the list (default: `members.json` beside the settings)."
    ),
]
SignedListOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="File for the signed list (default: that of the settings).")
]


@register(app, "create", needs="settings", faults=FAULTS, example="datenkontor roster create --issuer urn:city:herne")
def create(
    call: CommandCall,
    file: CardsOption = None,
    issuer: Annotated[
        str | None, typer.Option(metavar="ID", help="Participant that signs the list (default: that of the settings).")
    ] = None,
) -> None:
    """Create a participant list; `init --role broker` does this too."""
    path = _choose_draft(call, file)
    draft = roster.create(path, issuer or call.read_settings().participant.id)
    call.output.print_result(
        {"file": str(path), "issuer": draft.issuer, "version": 0},
        call.output.say("cli.roster-created", path=path, issuer=draft.issuer),
    )


@register(
    app,
    "add",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor roster add tiefbauamt/card.json
    datenkontor roster add firma/card.json --claim purpose=navigation --claim membership=gold
    datenkontor roster add firma/card.json --replace --claim membership=
    datenkontor roster add partner/card.json --data https://edc.partner.example:8185""",
)
def add(
    call: CommandCall,
    card: Annotated[list[Path], typer.Argument(metavar="CARD…", help="Identity card of a participant.")],
    file: CardsOption = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD", help="Role (default: `participant`; `broker` for the broker that signs). May be repeated."
        ),
    ] = None,
    claim: ClaimOption = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL", help="URL of a data plane or store of the member with another origin. May be repeated."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the entry of a member; what is not given stays as it is.")
    ] = False,
    yes: YesOption = False,
) -> None:
    """Add members by their identity cards. Roles and claims come from you, never from the card."""
    path = _choose_draft(call, file)
    claims = parse_claims(claim or [])
    draft = roster.show(path)
    known = {member.id: member for member in draft.members}
    entries, changes = [], {}
    for read in map(cards.read_card, card):
        before = known.get(read.id)
        if before is None:
            given = {name: values for name, values in claims.items() if values}
            # The broker that keeps the list has the role that `init` gave it, also when it comes back.
            signs = ("broker",) if read.search and read.id == draft.issuer else ()
            entries.append(cards.make_member(read, roles=role or signs, claims=given, data=data or ()))
        elif replace:
            noted = draft.given.get(read.id)
            entries.append(renew_member(before, read, roles=role or (), claims=claims, data=data or (), given=noted))
            changes[read.id] = compare_members(before, entries[-1], noted)
        else:
            raise Failure(Code.FAILED, "setup.already-member", id=read.id)
    if _find_authority(call, file) is not None:
        entries = know_by_documents(entries)
    for name, found in changes.items():
        confirm_losses(call, name, found, yes)
    for entry in entries:
        stays = draft.given.get(entry.id) if replace and entry.id in known else ()
        roster.add(path, entry, given=data or stays, replace=replace)
    call.output.print_result(
        {"file": str(path), "added": [entry.id for entry in entries], "changes": changes},
        *(line for entry in entries for line in _describe_entry(call, entry, changes.get(entry.id))),
        call.output.say("cli.roster-publish"),
    )
    hint_odd_claims(call, claims)


def _describe_entry(call: CommandCall, entry: Member, changes: tuple[MemberChange, ...] | None) -> list[str]:
    """Return the lines about one added or replaced member: what changes, and what stays."""
    if changes is None:
        return [call.output.say("cli.roster-added", id=entry.id)]
    return [call.output.say("cli.roster-replaced", id=entry.id), *describe_changes(call, entry, changes)]


@register(
    app,
    "remove",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor roster remove urn:participant:firma --yes
    datenkontor roster remove 'Zweite Firma'""",
)
def remove(
    call: CommandCall,
    member: Annotated[str, typer.Argument(metavar="ID|NAME", help="Identifier or name of the participant.")],
    file: CardsOption = None,
    yes: YesOption = False,
) -> None:
    """Remove a member; after the next published list all participants refuse its requests."""
    path = _choose_draft(call, file)
    draft = roster.show(path)
    removed = find_member(draft.members, member).id
    signs = removed == draft.issuer
    call.output.confirm(call.output.say("cli.ask-remove-issuer" if signs else "cli.ask-remove", id=removed), yes)
    authority = _find_authority(call, file)
    if authority is not None:
        membership.take_off(authority, removed)
    else:
        roster.remove(path, removed)
    call.output.print_result(
        {"file": str(path), "removed": removed},
        call.output.say("cli.roster-removed", id=removed),
        call.output.say("cli.roster-publish"),
    )
    if signs and yes:
        call.output.print_hint(call.output.say("cli.ask-remove-issuer", id=removed))


@register(app, "publish", needs="settings", faults=FAULTS, example="datenkontor roster publish --days 30")
def publish(
    call: CommandCall,
    file: CardsOption = None,
    out: SignedListOption = None,
    key_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Private key of the data-space operator (default: that of the settings)."),
    ] = None,
    former: Annotated[
        list[Path] | None,
        typer.Option(metavar="CARD", help="Identity card with the key of the last signature. May be repeated."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Validity of the list, in days.")] = 30,
    yes: YesOption = False,
) -> None:
    """Sign the next version of the list; it replaces the signed list. A list without members is confirmed first."""
    if not roster.show(_choose_draft(call, file)).members:
        call.output.confirm(call.output.say("cli.ask-publish-empty"), yes)
    authority = _find_authority(call, file) if out is None and key_file is None else None
    if authority is not None:
        told, _heard = publish_and_tell(call.read_settings(), authority, valid_for=timedelta(days=days))
        _print_published(call, authority.signed, told)
        return
    signed = _choose_list(call, out)
    key = cards.load_key(key_file) if key_file else load_own_key(call.read_settings())
    before = [key for path in former or [] for key in cards.verification_keys(cards.read_card(path))]
    document = roster.publish(
        _choose_draft(call, file),
        signed,
        key,
        now=datetime.now(UTC),
        valid_for=timedelta(days=days),
        former=before,
    )
    _print_published(call, signed, document)


def _print_published(call: CommandCall, signed: Path, document: RosterDocument) -> None:
    call.output.print_result(
        {
            "file": str(signed),
            "version": document.version,
            "expires": document.expires,
            "members": len(document.members),
        },
        call.output.say(
            "cli.roster-published",
            path=signed,
            version=document.version,
            count=len(document.members),
            until=f"{document.expires:%Y-%m-%d}",
        ),
    )


@register(app, "show", needs="settings", faults=FAULTS, example="datenkontor roster show")
def show(call: CommandCall, file: CardsOption = None) -> None:
    """Show the working file: the members of the next published list."""
    draft = roster.show(_choose_draft(call, file))
    if call.output.json:
        members = [msgspec.structs.asdict(member) for member in draft.members]
        call.output.print_result(msgspec.structs.asdict(draft) | {"members": members})
        return
    shown = "cli.roster-draft" if draft.version else "cli.roster-first-draft"
    call.output.print_hint(call.output.say(shown, issuer=draft.issuer, version=draft.version))
    call.output.print_rows(
        draft.members,
        {
            "id": lambda member: member.id,
            "name": lambda member: member.name,
            "address": lambda member: member.address,
            "data": lambda member: member.data,
            "roles": lambda member: member.roles,
            "claims": lambda member: [f"{name}={'|'.join(values)}" for name, values in member.claims.items()],
            "keys": lambda member: len(member.keys),
        },
    )


@register(
    app,
    "verify",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor roster verify
    datenkontor roster verify roster.jws --operator broker/card.json""",
)
def verify(
    call: CommandCall,
    signed: Annotated[
        Path | None, typer.Argument(metavar="[LIST]", help="Signed list (default: that of the settings).")
    ] = None,
    operator: Annotated[
        Path | None,
        typer.Option(
            metavar="CARD|JWK", help="Identity card or key of the data-space operator (default: that of the settings)."
        ),
    ] = None,
) -> None:
    """Verify a signed list as every participant does: signature, format and times."""
    path = _choose_list(call, signed)
    keys = cards.operator_keys(operator or call.read_settings().identity.operator_key)
    document = roster.verify(path, keys, now=datetime.now(UTC)).document
    value = {
        "file": str(path),
        "issuer": document.issuer,
        "version": document.version,
        "issued": document.issued,
        "expires": document.expires,
        "members": [member.id for member in document.members],
    }
    call.output.print_result(
        value,
        call.output.say(
            "cli.roster-valid",
            mark=call.output.format_mark(True),
            path=path,
            version=document.version,
            issuer=document.issuer,
            count=len(document.members),
            until=call.output.format_time(document.expires),
        ),
    )


@register(
    app,
    "profile",
    needs="settings",
    faults=FAULTS,
    example="datenkontor roster profile trust.toml --out profile.jws",
)
def profile(
    call: CommandCall,
    text: Annotated[Path, typer.Argument(metavar="FILE", help="Profile of the data space, in TOML.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="File for the signed profile (default: that of the settings)."),
    ] = None,
) -> None:
    """Sign the profile of the data space, which members with the mechanism `dcp` read: whose credentials count."""
    settings = call.read_settings()
    signed = out or settings.identity.profile
    published = publish_profile(text, signed, load_own_key(settings))
    call.output.print_result(
        {"file": str(signed), "issuers": published.issuers, "show": published.show},
        call.output.say("cli.profile-signed", path=signed, count=len(published.issuers)),
    )


def _choose_draft(call: CommandCall, file: Path | None) -> Path:
    return file or call.file.resolve().parent / MEMBERS


def _find_authority(call: CommandCall, file: Path | None) -> Authority | None:
    """Return the authority that signs the list, if this is its working file: a list without settings has none."""
    return find_authority(call.read_settings()) if file is None and call.file.exists() else None


def _choose_list(call: CommandCall, given: Path | None) -> Path:
    if given is not None:
        return given
    location = str(call.read_settings().identity.roster)
    if "://" in location:
        raise Failure(Code.USAGE, "errors.list-remote", location=location)
    return Path(location)
