"""`authority invitation`: the links that were sent and are not forgotten yet: list, agree, withdraw."""

from typing import Annotated, Any

import typer

from connector.app.parts import read_clock
from connector.authority import inviting, keeping
from connector.authority.keeping import Invitation
from connector.cli.commands.authority_members import FAULTS, open_authority
from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.views.conversion import moment

app = create_noun("The invitations to the data space: list, agree, withdraw.")


@register(app, "list", needs="settings", faults=FAULTS, example="datenkontor authority invitation list")
def list_(call: CommandCall) -> None:
    """List the invitations: who was invited, until when, and what became of it. No link is shown again."""
    _, authority = open_authority(call)
    now = read_clock()
    invitations = keeping.show(authority).invitations
    call.output.print_rows(
        [_describe(key, each, now) for key, each in invitations.items()],
        {
            "id": lambda row: row["id"],
            "name": lambda row: row["name"],
            "for": lambda row: row["for"],
            "roles": lambda row: row["roles"],
            "state": lambda row: call.output.name_value(row["state"]),
            "until": lambda row: call.output.format_time(row["until"]),
        },
    )


def _describe(key: str, invitation: Invitation, now: int) -> dict[str, Any]:
    """Return what is said of an invitation: nothing of its secret."""
    return {
        "id": key,
        "name": invitation.name,
        "for": invitation.did,
        "roles": invitation.roles,
        "state": inviting.find_state(invitation, now),
        "until": moment(invitation.until),
        "used_by": invitation.used_by,
    }


@register(
    app,
    "agree",
    needs="settings",
    faults=FAULTS,
    example="datenkontor authority invitation agree 'Stadtwerke Herne'",
)
def agree(
    call: CommandCall,
    invitation: Annotated[
        str, typer.Argument(metavar="ID|NAME", help="Invitation as `authority invitation list` shows it.")
    ],
) -> None:
    """Agree to an invitation that waits for a second person: its link can be used from now on."""
    _, authority = open_authority(call)
    found = inviting.find_open(keeping.show(authority), invitation, read_clock())
    inviting.agree(authority, found.id, read_clock())
    name = found.invitation.name
    call.output.print_result({"id": found.id, "name": name}, call.output.say("authority.agreed", name=name))


@register(
    app,
    "withdraw",
    needs="settings",
    faults=FAULTS,
    example="""datenkontor authority invitation withdraw 'Stadtwerke Herne'
    datenkontor authority invitation withdraw 5f1c0a9be2d34476 --yes""",
)
def withdraw(
    call: CommandCall,
    invitation: Annotated[
        str, typer.Argument(metavar="ID|NAME", help="Invitation as `authority invitation list` shows it.")
    ],
    yes: YesOption = False,
) -> None:
    """Withdraw an invitation that nobody has used: its link makes nobody a member any more."""
    _, authority = open_authority(call)
    found = inviting.find_open(keeping.show(authority), invitation, read_clock())
    name = found.invitation.name
    call.output.confirm(call.output.say("authority.ask-withdraw", name=name), yes)
    inviting.withdraw(authority, found.id, read_clock())
    call.output.print_result({"id": found.id, "name": name}, call.output.say("authority.withdrawn", name=name))
