"""`issuer`: requests of members for credentials, and the credentials that this process has issued."""

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
from connector.cli.frame.output import Columns, Output
from connector.cli.frame.remote import connect, print_listing
from connector.views.issuing import CredentialRequestView, IssuedCredentialView, RequestState

app = create_noun("Credentials that this process issues to members, and their requests.")

EXAMPLE = "7c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2"
CREDENTIAL = "urn:uuid:5b7a2a0e-62c0-4d25-9d0e-0f8b7c7e4a51"
RequestArgument = Annotated[str, typer.Argument(metavar="REQUEST", help="Identifier of the request.")]
IssuedArgument = Annotated[str, typer.Argument(metavar="CREDENTIAL", help="Identifier of the issued credential.")]
HolderArgument = Annotated[str, typer.Argument(metavar="HOLDER", help="Identifier of the member (did:web:…).")]
TypesArgument = Annotated[list[str], typer.Argument(metavar="TYPE...", help="Types of the credentials.")]
ProfilesOption = Annotated[
    list[str] | None,
    typer.Option("--profile", metavar="ALIAS", help="Profile: `vc20-bssl/jwt` or `vc11-sl2021/jwt`; repeatable."),
]
HolderOption = Annotated[str | None, typer.Option(metavar="ID", help="Only those of this member.")]


def _to_request_fields(output: Output) -> Columns[CredentialRequestView]:
    return {
        "id": lambda row: row.id,
        "holder": lambda row: row.holder_name or row.holder,
        "types": lambda row: ", ".join(row.types),
        "state": lambda row: output.name_value(row.state),
        "at": lambda row: output.format_time(row.at),
        "problem": lambda row: row.problem or row.reason,
    }


def _to_issued_fields(output: Output) -> Columns[IssuedCredentialView]:
    return {
        "id": lambda row: row.id,
        "holder": lambda row: row.holder_name or row.holder,
        "types": lambda row: row.type,
        "profile": lambda row: row.profile,
        "standing": lambda row: output.name_value(row.standing),
        "until": lambda row: output.format_end(row.valid_until),
    }


@register(app, "requests", example="datenkontor issuer requests --state received")
def list_requests(
    call: CommandCall,
    state: Annotated[RequestState | None, typer.Option(help="Only requests in this state.")] = None,
    holder: HolderOption = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the requests of members and the offers to them, newest first."""
    with connect(call) as connector:
        print_listing(
            call,
            lambda size, cursor: connector.issuing.requests(state=state, holder=holder, limit=size, after=cursor),
            _to_request_fields(call.output),
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "approve", example=f"datenkontor issuer approve {EXAMPLE}")
def approve(call: CommandCall, request: RequestArgument) -> None:
    """Issue the credentials of a request that waits."""
    with connect(call) as connector:
        _report(call, connector.issuing.approve(request))


@register(app, "reject", example=f"datenkontor issuer reject {EXAMPLE} --reason 'The contract is not signed.'")
def reject(call: CommandCall, request: RequestArgument, reason: ReasonOption = None, yes: YesOption = False) -> None:
    """Reject a request that waits; the member is told the reason."""
    with connect(call) as connector:
        found = connector.issuing.request(request)
        holder = found.holder_name or found.holder
        call.output.confirm(call.output.say("cli.ask-reject-request", holder=holder, types=", ".join(found.types)), yes)
        _report(call, connector.issuing.reject(request, reason=reason))


@register(app, "send", example=f"datenkontor issuer send {EXAMPLE}")
def send(call: CommandCall, request: RequestArgument) -> None:
    """Tell a member again what became of its request, or send an offer again."""
    with connect(call) as connector:
        _report(call, connector.issuing.send(request))


@register(app, "offer", example="datenkontor issuer offer did:web:stadtwerke.example UtilityCredential")
def offer(
    call: CommandCall,
    holder: HolderArgument,
    types: TypesArgument,
    profile: ProfilesOption = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What the offer is for (default: `reissue`).")] = "",
) -> None:
    """Offer credentials to a member: when it asks for them, it gets them at once."""
    with connect(call) as connector:
        _report(call, connector.issuing.offer(holder, types, profiles=profile or (), reason=reason))


@register(app, "list", example="datenkontor issuer list --holder did:web:stadtwerke.example")
def list_issued(
    call: CommandCall,
    holder: HolderOption = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the issued credentials, newest first."""
    with connect(call) as connector:
        print_listing(
            call,
            lambda size, cursor: connector.issuing.list(holder=holder, limit=size, after=cursor),
            _to_issued_fields(call.output),
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "show", example=f"datenkontor issuer show {CREDENTIAL}")
def show(call: CommandCall, credential: IssuedArgument) -> None:
    """Show an issued credential with its place in the status lists, and as it was signed."""
    with connect(call) as connector:
        _print_issued(call, connector.issuing.show(credential))


@register(app, "issue", example="datenkontor issuer issue did:web:stadtwerke.example UtilityCredential > utility.jwt")
def issue(call: CommandCall, holder: HolderArgument, types: TypesArgument, profile: ProfilesOption = None) -> None:
    """Issue credentials that are handed over in another way, and print them (JWT), one a line.

    The member stores one with `credential import`.
    """
    with connect(call) as connector:
        made = connector.issuing.issue(holder, types, profiles=profile or ())
    call.output.print_result(made, *(each.credential for each in made))


@register(app, "revoke", example=f"datenkontor issuer revoke {CREDENTIAL} --yes")
def revoke(call: CommandCall, credential: IssuedArgument, reason: ReasonOption = None, yes: YesOption = False) -> None:
    """End an issued credential for good; it is on the status list at once."""
    with connect(call) as connector:
        found = connector.issuing.show(credential)
        holder = found.holder_name or found.holder
        call.output.confirm(call.output.say("cli.ask-revoke-credential", types=found.type, holder=holder), yes)
        _report_standing(call, connector.issuing.revoke(credential, reason=reason))


@register(app, "suspend", example=f"datenkontor issuer suspend {CREDENTIAL}")
def suspend(call: CommandCall, credential: IssuedArgument, reason: ReasonOption = None) -> None:
    """End an issued credential for a time."""
    with connect(call) as connector:
        _report_standing(call, connector.issuing.suspend(credential, reason=reason))


@register(app, "reinstate", example=f"datenkontor issuer reinstate {CREDENTIAL}")
def reinstate(call: CommandCall, credential: IssuedArgument, reason: ReasonOption = None) -> None:
    """Let a suspended credential count again."""
    with connect(call) as connector:
        _report_standing(call, connector.issuing.reinstate(credential, reason=reason))


def _report(call: CommandCall, row: CredentialRequestView) -> None:
    output = call.output
    named = {"id": row.id, "holder": row.holder_name or row.holder, "types": ", ".join(row.types)}
    output.print_result(row, output.say("cli.credential-request", state=output.name_value(row.state), **named))


def _report_standing(call: CommandCall, row: IssuedCredentialView) -> None:
    output = call.output
    named = {"types": row.type, "holder": row.holder_name or row.holder}
    output.print_result(row, output.say("cli.credential-standing", state=output.name_value(row.standing), **named))


def _print_issued(call: CommandCall, row: IssuedCredentialView) -> None:
    fields = {name: value(row) for name, value in _to_issued_fields(call.output).items()}
    more = {
        "issued": call.output.format_time(row.issued_at),
        "status list": str(row.list),
        "entry": str(row.index),
        "reason": row.reason,
        "credential": row.credential,
    }
    call.output.print_details(row, fields | more)
