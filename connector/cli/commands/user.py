"""`user`: the people who sign in to the pages."""

from typing import Annotated

import typer

from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import Output
from connector.cli.frame.remote import connect
from connector.views.users import InvitedUserView, UserRole

app = create_noun("Users: people who sign in to the pages.")

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="Name with which the person signs in.", show_default=False)
]


@register(app, "list", example="datenkontor user list")
def list_users(call: CommandCall) -> None:
    """List the users of the pages with their roles."""
    with connect(call) as connector:
        call.output.print_rows(
            connector.users.list(),
            {
                "name": lambda user: user.name,
                "person": lambda user: user.person,
                "roles": lambda user: ", ".join(map(call.output.name_value, user.roles)),
                "member": lambda user: user.member or None,
                "signed in": lambda user: call.output.format_time(user.signed_in_at),
                "link until": lambda user: call.output.format_time(user.link_until),
                "disabled": lambda user: call.output.format_time(user.disabled_at),
            },
        )


@register(app, "add", example="datenkontor user add a.kaya --person 'Aylin Kaya' --role provider --role release")
def add(
    call: CommandCall,
    name: NameArgument,
    person: Annotated[str, typer.Option(metavar="TEXT", help="Name of the person, for other people.")],
    role: Annotated[list[UserRole], typer.Option(help="What the person may do; repeat it for several roles.")],
    member: Annotated[
        str, typer.Option(metavar="ID", help="At a broker: participant for which the person reads.", show_default=False)
    ] = "",
) -> None:
    """Add a user of the pages; the printed link lets the person choose a password, once and for a day."""
    with connect(call) as connector:
        _print_link(call.output, connector.users.add(name, person, role, member=member))


@register(app, "reset", example="datenkontor user reset a.kaya --yes")
def reset(call: CommandCall, name: NameArgument, yes: YesOption = False) -> None:
    """Print a new link for a password: the old password and all sessions end.

    A disabled user is admitted again.
    """
    with connect(call) as connector:
        call.output.confirm(call.output.say("setup.ask-reset-user", name=name), yes)
        _print_link(call.output, connector.users.reset(name))


@register(app, "disable", example="datenkontor user disable a.kaya --yes")
def disable(call: CommandCall, name: NameArgument, yes: YesOption = False) -> None:
    """Disable a user: the person cannot sign in, and all sessions end."""
    with connect(call) as connector:
        call.output.confirm(call.output.say("setup.ask-disable-user", name=name), yes)
        user = connector.users.disable(name)
        call.output.print_result(user, call.output.say("setup.user-disabled", name=user.name))


@register(app, "admit", example="datenkontor user admit a.kaya")
def admit(call: CommandCall, name: NameArgument) -> None:
    """Admit a disabled user again: the person signs in as before."""
    with connect(call) as connector:
        user = connector.users.admit(name)
        call.output.print_result(user, call.output.say("setup.user-admitted", name=user.name))


def _print_link(output: Output, invited: InvitedUserView) -> None:
    until = output.format_time(invited.user.link_until)
    output.print_result(
        invited, output.say("setup.user-link", person=invited.user.person, until=until), f"  {invited.link}"
    )
