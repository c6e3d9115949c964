"""`participant`: the participants of the data space, and those that this one excludes."""

from typing import Annotated

import typer

from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    ReasonOption,
    YesOption,
    create_noun,
    register,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.finding import find_participant
from connector.cli.frame.remote import connect, print_listing

app = create_noun("Participants of the data space, and those that are excluded here.")

ParticipantArgument = Annotated[
    str, typer.Argument(metavar="PARTICIPANT", help="Identifier, or a part of the name.", show_default=False)
]


@register(
    app,
    "list",
    example="""datenkontor participant list
    datenkontor participant list --blocked""",
)
def list_participants(
    call: CommandCall,
    blocked: Annotated[bool, typer.Option("--blocked", help="Only the participants that are excluded here.")] = False,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the participants; those that are excluded here with the reason."""
    with connect(call) as connector:
        if blocked:
            call.output.print_rows(
                connector.participants.blocks(),
                {
                    "participant": lambda found: found.participant,
                    "name": lambda found: found.name,
                    "since": lambda found: call.output.format_time(found.at),
                    "by": lambda found: found.by,
                    "reason": lambda found: found.reason,
                },
            )
            return
        columns = {
            "id": lambda found: found.id,
            "name": lambda found: found.name,
            "excluded": lambda found: found.block.reason if found.block else None,
        }
        print_listing(
            call,
            lambda count, cursor: connector.participants.list(limit=count, after=cursor),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )


@register(
    app,
    "block",
    example="datenkontor participant block urn:participant:firma --reason 'Breach of contract' --yes",
)
def block(
    call: CommandCall,
    participant: ParticipantArgument,
    reason: ReasonOption = None,
    yes: YesOption = False,
) -> None:
    """Exclude a participant: its requests are refused, open negotiations and transfers end, and it sees no offers.

    The participant receives the reason. Agreements stay on record. `participant unblock` admits it again.
    """
    with connect(call) as connector:
        named = find_participant(connector, participant)
        call.output.confirm(call.output.say("cli.ask-block", id=named), yes)
        found = connector.participants.block(named, reason=reason)
    at = call.output.format_time(found.at)
    call.output.print_result(
        found, call.output.say("cli.participant-blocked", id=found.participant, at=at, reason=found.reason)
    )


@register(app, "unblock", example="datenkontor participant unblock urn:participant:firma")
def unblock(call: CommandCall, participant: ParticipantArgument) -> None:
    """Admit an excluded participant again; what was ended stays ended."""
    with connect(call) as connector:
        known = {entry.participant for entry in connector.participants.blocks()}
        named = participant if participant in known else find_participant(connector, participant)
        found = connector.participants.unblock(named)
    call.output.print_result(found, call.output.say("cli.participant-unblocked", id=found.participant))
