"""`roster`: the work of the data-space operator on the participant list: its members and its signature."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.authority import card as cards
from connector.authority import roster
from connector.authority.roster import RosterFault
from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.setup.plan import MEMBERS

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
    datenkontor roster add partner/card.json --data https://edc.partner.example:8185""",
)
def add(
    call: CommandCall,
    card: Annotated[list[Path], typer.Argument(metavar="CARD…", help="Identity card of a participant.")],
    file: CardsOption = None,
    role: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="Role (default: `participant`). May be repeated.")
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Claim that you confirm; policies can require it. May be repeated."),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL", help="URL of a data plane or store of the member with another origin. May be repeated."
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the entry of a member.")] = False,
) -> None:
    """Add members by their identity cards. Roles and claims come from you, never from the card."""
    path = _choose_draft(call, file)
    claims = _parse_claims(claim or [])
    read = [cards.read_card(entry) for entry in card]
    before = {member.id for member in roster.show(path).members}
    added = []
    for entry in read:
        roster.add(path, cards.make_member(entry, roles=role or (), claims=claims, data=data or ()), replace=replace)
        added.append(entry.id)
    call.output.print_result(
        {"file": str(path), "added": added},
        *(call.output.say(f"cli.roster-{'replaced' if entry in before else 'added'}", id=entry) for entry in added),
        call.output.say("cli.roster-publish"),
    )


@register(
    app, "remove", needs="settings", faults=FAULTS, example="datenkontor roster remove urn:participant:firma --yes"
)
def remove(
    call: CommandCall,
    id: Annotated[str, typer.Argument(metavar="ID", help="Identifier of the participant.")],
    file: CardsOption = None,
    yes: YesOption = False,
) -> None:
    """Remove a member; after the next published list all participants refuse its requests."""
    path = _choose_draft(call, file)
    if id not in {member.id for member in roster.show(path).members}:
        raise Failure(Code.NOT_FOUND, "errors.not-member", id=id)
    call.output.confirm(call.output.say("cli.ask-remove", id=id), yes)
    roster.remove(path, id)
    call.output.print_result(
        {"file": str(path), "removed": id},
        call.output.say("cli.roster-removed", id=id),
        call.output.say("cli.roster-publish"),
    )


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
) -> None:
    """Sign the next version of the list; it replaces the signed list."""
    signed = _choose_list(call, out)
    key = cards.load_key(key_file or call.read_settings().identity.key)
    before = [key for path in former or [] for key in cards.verification_keys(cards.read_card(path))]
    document = roster.publish(
        _choose_draft(call, file),
        signed,
        key,
        now=datetime.now(UTC),
        valid_for=timedelta(days=days),
        former=before,
    )
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
            until=f"{document.expires:%Y-%m-%d %H:%M} UTC",
        ),
    )


def _choose_draft(call: CommandCall, file: Path | None) -> Path:
    return file or call.file.resolve().parent / MEMBERS


def _choose_list(call: CommandCall, given: Path | None) -> Path:
    if given is not None:
        return given
    location = str(call.read_settings().identity.roster)
    if "://" in location:
        raise Failure(Code.USAGE, "errors.list-remote", location=location)
    return Path(location)


def _parse_claims(pairs: list[str]) -> dict[str, list[str]]:
    claims: dict[str, list[str]] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not (name and sign and value):
            raise Failure(Code.USAGE, "errors.claim", pair=pair)
        claims.setdefault(name, []).append(value)
    return claims
