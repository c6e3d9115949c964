"""What the data-space operator confirms of a member: claims as they are typed, and what a change takes or gives."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import typer

from connector.authority.renewal import MemberChange
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.finding import build_ambiguity
from connector.cli.setup.claims import list_odd_claims
from connector.identity.roster import Member

ClaimOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE",
        help="Claim that you confirm; policies can require it. NAME= removes a claim. May be repeated.",
    ),
]


def find_member(members: Iterable[Member], word: str) -> Member:
    """Return the member with this identifier, which it has or had, or with this name. Raises Failure."""
    listed = tuple(members)
    for member in listed:
        if word in (member.id, *member.former):
            return member
    named = [member for member in listed if member.name.casefold() == word.strip().casefold()]
    if not named:
        raise Failure(Code.NOT_FOUND, "errors.not-member", id=word)
    if len(named) > 1:
        raise build_ambiguity(word, sorted(member.id for member in named))
    return named[0]


def parse_claims(pairs: Iterable[str]) -> dict[str, list[str]]:
    """Return the values of each claim, none for one that is to be removed. Raises Failure."""
    claims: dict[str, list[str]] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not (name and sign):
            raise Failure(Code.USAGE, "errors.claim", pair=pair)
        claims.setdefault(name, []).extend([value] if value else [])
    return claims


def confirm_losses(call: CommandCall, member: str, changes: Sequence[MemberChange], yes: bool) -> None:
    """Ask before a member loses what the data-space operator confirmed. Raises Failure."""
    lost = [f"{_name_field(call, change)} {value}" for change in changes for value in change.lost]
    if lost:
        call.output.confirm(call.output.say("setup.ask-lose", id=member, lost=", ".join(lost)), yes)


def describe_changes(call: CommandCall, entry: Member, changes: Sequence[MemberChange]) -> list[str]:
    """Return the lines about what changes of a member, and what stands then."""
    lines = []
    for change in changes:
        before, after = (", ".join(values) or "–" for values in (change.before, change.after))
        lines.append(f"  {_name_field(call, change)}: {before} → {after}")
    stays = [f"{name}={'|'.join(values)}" for name, values in entry.claims.items()]
    return [
        *lines,
        "  " + call.output.say("setup.stands", roles=", ".join(entry.roles), claims=", ".join(stays) or "–"),
    ]


def hint_odd_claims(call: CommandCall, claims: Mapping[str, Sequence[str]]) -> None:
    """Print what is most likely a slip in claims."""
    for name, values in claims.items():
        for key, value in list_odd_claims(name, values):
            call.output.print_hint(call.output.say(key, name=name, value=value))


def _name_field(call: CommandCall, change: MemberChange) -> str:
    word, _space, name = change.field.partition(" ")
    return call.output.say("setup.claim-of", name=name) if word == "claim" else call.output.name_field(word)
