"""`roster`: the operator's work on the participant list: who is a member, and the signed list made from that."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from connector.authority import card as cards
from connector.authority import roster
from connector.authority.roster import RosterFault
from connector.cli.frame import folder
from connector.cli.frame.command import YesOption, command, group
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure

app = group("The participant list: who belongs to the data space, signed by its operator.")

FAULTS = (RosterFault,)

CardsOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="The operator's working file; else beside the settings.")
]
SignedListOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="The signed list; else where the settings have it.")
]


@command(app, "create", needs="settings", faults=FAULTS, example="datenkontor roster create --issuer urn:city:herne")
def create(
    call: CommandCall,
    file: CardsOption = None,
    issuer: Annotated[
        str | None, typer.Option(metavar="ID", help="Who signs the list; else the settings' participant.")
    ] = None,
) -> None:
    """Begin a participant list; `init --role broker` has done this already."""
    path = _members(call, file)
    draft = roster.create(path, issuer or call.read_settings().participant.id)
    call.output.result({"file": str(path), "issuer": draft.issuer, "version": 0}, f"{path}: list of {draft.issuer}")


@command(
    app,
    "add",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor roster add tiefbauamt/card.json
    datenkontor roster add firma/card.json --claim purpose=navigation --claim membership=gold""",
)
def add(
    call: CommandCall,
    card: Annotated[list[Path], typer.Argument(metavar="CARD…", help="Identity cards that participants handed over.")],
    file: CardsOption = None,
    role: Annotated[list[str] | None, typer.Option(metavar="WORD", help="A role; else `participant`.")] = None,
    claim: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A claim you vouch for; policies ask for it.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Exchange the entry of a member.")] = False,
) -> None:
    """Add members by their identity cards. Roles and claims are your word, never the card's."""
    path = _members(call, file)
    claims = _claims(claim or [])
    read = [cards.read_card(entry) for entry in card]
    added = []
    for entry in read:
        roster.add(path, cards.make_member(entry, roles=role or (), claims=claims), replace=replace)
        added.append(entry.id)
    hint = "Publish the list to put this into force: datenkontor roster publish"
    call.output.result({"file": str(path), "added": added}, *(f"{entry} is listed." for entry in added), hint)


@command(
    app, "remove", needs="settings", faults=FAULTS, example="datenkontor roster remove urn:participant:firma --yes"
)
def remove(
    call: CommandCall,
    id: Annotated[str, typer.Argument(metavar="ID", help="Participant identifier.")],
    file: CardsOption = None,
    yes: YesOption = False,
) -> None:
    """Remove a member; from the next published list on nobody deals with it any more."""
    path = _members(call, file)
    if id not in {member.id for member in roster.show(path).members}:
        raise Failure(Code.NOT_FOUND, f"{id} is not a member.")
    call.output.confirm(call.output.say("ask-remove", id=id), yes)
    roster.remove(path, id)
    hint = "Publish the list to put this into force: datenkontor roster publish"
    call.output.result({"file": str(path), "removed": id}, f"{id} is removed.", hint)


@command(app, "publish", needs="settings", faults=FAULTS, example="datenkontor roster publish --days 30")
def publish(
    call: CommandCall,
    file: CardsOption = None,
    out: SignedListOption = None,
    key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The operator's private key; else the settings'.")
    ] = None,
    former: Annotated[
        list[Path] | None, typer.Option(metavar="CARD", help="A card with the key the list was signed with before.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long the list is valid.")] = 30,
) -> None:
    """Sign the list as its next version and put it in the place of the one before."""
    signed = _signed(call, out)
    key = cards.load_key(key_file or call.read_settings().identity.key)
    before = [key for path in former or [] for key in cards.verification_keys(cards.read_card(path))]
    document = roster.publish(
        _members(call, file),
        signed,
        key,
        now=datetime.now(UTC),
        valid_for=timedelta(days=days),
        former=before,
    )
    call.output.result(
        {
            "file": str(signed),
            "version": document.version,
            "expires": document.expires,
            "members": len(document.members),
        },
        f"{signed}: version {document.version}, {len(document.members)} members, until {document.expires:%Y-%m-%d}.",
    )


@command(app, "show", needs="settings", faults=FAULTS, example="datenkontor roster show")
def show(call: CommandCall, file: CardsOption = None) -> None:
    """Show the working file: the members that the next published list will have."""
    draft = roster.show(_members(call, file))
    if call.output.json:
        call.output.result(draft)
        return
    call.output.hint(f"List of {draft.issuer}, newest published version: {draft.version or 'none'}.")
    call.output.rows(
        draft.members,
        {
            "id": lambda member: member.id,
            "name": lambda member: member.name,
            "address": lambda member: member.address,
            "roles": lambda member: member.roles,
            "claims": lambda member: [f"{name}={'|'.join(values)}" for name, values in member.claims.items()],
            "keys": lambda member: len(member.keys),
        },
    )


@command(
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
        Path | None, typer.Argument(metavar="[LIST]", help="The signed list; else the settings'.")
    ] = None,
    operator: Annotated[
        Path | None, typer.Option(metavar="CARD|JWK", help="The operator's card or key; else the settings'.")
    ] = None,
) -> None:
    """Check a signed list as every participant does: signature, form, times."""
    path = _signed(call, signed)
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
    call.output.result(
        value,
        f"{call.output.mark(True)} {path} is valid: version {document.version} of {document.issuer}, "
        f"{len(document.members)} members, until {document.expires:%Y-%m-%d %H:%M} UTC.",
    )


def _members(call: CommandCall, file: Path | None) -> Path:
    return file or call.file.resolve().parent / folder.MEMBERS


def _signed(call: CommandCall, given: Path | None) -> Path:
    if given is not None:
        return given
    location = str(call.read_settings().identity.roster)
    if "://" in location:
        raise Failure(Code.USAGE, f"The settings read the list from {location}: name the file of the signed list.")
    return Path(location)


def _claims(pairs: list[str]) -> dict[str, list[str]]:
    claims: dict[str, list[str]] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not (name and sign and value):
            raise Failure(Code.USAGE, f"A claim is NAME=VALUE, not {pair!r}.")
        claims.setdefault(name, []).append(value)
    return claims
