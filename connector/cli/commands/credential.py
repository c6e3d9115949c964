"""`credential`: the credentials that this participant holds and shows to others."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from connector.app.parts import find_authority, read_clock
from connector.app.trust.joining import ask_anew, find_authority_place, store_credential
from connector.authority.card import IdentityCard
from connector.authority.joining import Joined, renew_credential
from connector.authority.roster import RosterFault
from connector.cli.frame.command import TimeoutOption, YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Columns, Output
from connector.cli.frame.remote import connect
from connector.cli.setup.identity import load_own_key
from connector.cli.setup.moving import build_member_card
from connector.client.connector import Connector
from connector.identity.files import FileFault, read_bounded
from connector.identity.keys import SigningKey
from connector.settings import Settings
from connector.views.credentials import CredentialView, IssuanceState, IssuanceView

app = create_noun("Credentials that this participant holds, and shows to those who verify it.")

MAX_FILE = 128 * 1024
_ANSWERS = {
    IssuanceState.REJECTED: Code.REFUSED,
    IssuanceState.FAILED: Code.NOT_REACHABLE,
    IssuanceState.REQUESTED: Code.WAITING,
}
"""How a wait fails, by the state of the request at its end."""

CredentialArgument = Annotated[
    str, typer.Argument(metavar="KEY|TYPE", help="Key of the credential, or its type if only one has it.")
]


def _fields(output: Output) -> Columns[CredentialView]:
    return {
        "key": lambda held: held.key,
        "types": lambda held: ", ".join(held.types),
        "issuer": lambda held: held.issuer,
        "standing": lambda held: output.name_value(held.standing),
        "until": lambda held: output.format_end(held.valid_until),
    }


@register(app, "list", example="datenkontor credential list")
def list_credentials(call: CommandCall) -> None:
    """List the credentials, and whether they can be shown; then what issuers offer."""
    with connect(call) as connector:
        call.output.print_rows(connector.credentials.list(), _fields(call.output))
        for issuance in connector.credentials.issuances():
            call.output.print_hint(_say_issuance(call.output, issuance))


@register(app, "show", example="datenkontor credential show MembershipCredential")
def show(call: CommandCall, credential: CredentialArgument) -> None:
    """Show a credential with what it says about this participant."""
    output = call.output
    with connect(call) as connector:
        held = connector.credentials.show(_find(connector, credential).key)
    fields = {name: value(held) for name, value in _fields(output).items()}
    more = {
        "id": held.id,
        "profile": held.profile,
        "received": output.format_time(held.received_at),
        "looked at": output.format_time(held.looked_at),
    }
    output.print_details(held, fields | more, {"claims": [f"{name}: {value}" for name, value in held.claims.items()]})


@register(app, "import", example="datenkontor credential import membership.jwt")
def import_credential(
    call: CommandCall,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File with the credential as its issuer signed it (a JWT).")
    ],
) -> None:
    """Verify a credential and store it; it takes the place of the one that it renews."""
    try:
        text = read_bounded(file, MAX_FILE).decode("ascii").strip()
    except FileFault:
        raise Failure(Code.USAGE, "errors.credential-file", file=file) from None
    except UnicodeDecodeError:
        raise Failure(Code.USAGE, "errors.credential-text", file=file) from None
    with connect(call) as connector:
        held = connector.credentials.add(text)
    types = ", ".join(held.types)
    call.output.print_result(held, call.output.say("cli.credential-stored", types=types, name=held.key))


@register(
    app,
    "renew",
    faults=(RosterFault,),
    example="""datenkontor credential renew
    datenkontor credential renew --stopped --settings broker/datenkontor.toml""",
)
def renew(
    call: CommandCall,
    stopped: Annotated[
        bool, typer.Option("--stopped", help="The process does not run: store the credential in its folder.")
    ] = False,
) -> None:
    """Ask the authority of the data space for the own credential anew, and store it."""
    settings = call.read_settings()
    credential = _get_anew(settings)
    if stopped:
        kept = asyncio.run(store_credential(settings, credential))
        types, key = kept.types, kept.key
    else:
        with connect(call) as connector:
            held = connector.credentials.add(credential)
        types, key = held.types, held.key
    call.output.print_result(
        {"key": key, "types": types},
        call.output.say("cli.credential-stored", types=", ".join(types), name=key),
    )


def _get_anew(settings: Settings) -> str:
    """Return the own credential, signed anew: by the authority, also if this process answers for it."""
    did = settings.identity.did or settings.participant.id
    authority = find_authority(settings)
    if authority is not None:
        return renew_credential(authority, did, read_clock())
    key = load_own_key(settings)
    return asyncio.run(_ask_anew(settings, build_member_card(settings, did, key), key)).credential


async def _ask_anew(settings: Settings, card: IdentityCard, key: SigningKey) -> Joined:
    issuer, base = await find_authority_place(settings)
    return await ask_anew(settings, base, issuer, card, key)


@register(app, "remove", example="datenkontor credential remove MembershipCredential --yes")
def remove(call: CommandCall, credential: CredentialArgument, yes: YesOption = False) -> None:
    """Remove a credential: it is shown to nobody any more."""
    with connect(call) as connector:
        held = _find(connector, credential)
        types = ", ".join(held.types)
        call.output.confirm(call.output.say("cli.ask-remove-credential", types=types, issuer=held.issuer), yes)
        connector.credentials.remove(held.key)
    call.output.print_result(held, call.output.say("cli.credential-removed", types=types))


@register(
    app,
    "request",
    example="""datenkontor credential request MembershipCredential --issuer did:web:stadt.example --wait
    datenkontor credential request MembershipCredential UtilityCredential --issuer did:web:stadt.example""",
)
def request(
    call: CommandCall,
    types: Annotated[list[str], typer.Argument(metavar="TYPE...", help="Types of the credentials.")],
    issuer: Annotated[str, typer.Option(metavar="DID", help="Identifier of the issuer (did:web:…).")],
    profile: Annotated[
        list[str] | None,
        typer.Option("--profile", metavar="ALIAS", help="Profile: `vc20-bssl/jwt` or `vc11-sl2021/jwt`; repeatable."),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the issuer has answered.")] = False,
    timeout: TimeoutOption = 300.0,
) -> None:
    """Ask an issuer for credentials; the request is sent until the issuer has taken it."""
    output = call.output
    with connect(call) as connector:
        found = connector.credentials.request(issuer, types, profiles=profile or ())
        if wait:
            output.print_hint(output.say("cli.step-requesting", id=found.id))
            found = connector.credentials.wait(found.id, timeout_s=timeout)
    output.print_result(found, _say_issuance(output, found))
    if wait and found.state in _ANSWERS:
        raise Failure(_ANSWERS[found.state], "errors.issuance", reason=found.reason or "-")


@register(app, "requests", example="datenkontor credential requests")
def list_requests(call: CommandCall) -> None:
    """List the requests to issuers and what issuers offer."""
    output = call.output
    columns: Columns[IssuanceView] = {
        "id": lambda row: row.id,
        "issuer": lambda row: row.issuer,
        "types": lambda row: ", ".join(row.types),
        "state": lambda row: output.name_value(row.state),
        "at": lambda row: output.format_time(row.at),
        "reason": lambda row: row.reason,
    }
    with connect(call) as connector:
        output.print_rows(connector.credentials.issuances(), columns)


def _say_issuance(output: Output, issuance: IssuanceView) -> str:
    types, state = ", ".join(issuance.types), output.name_value(issuance.state)
    return output.say("cli.issuance", issuer=issuance.issuer, types=types, state=state)


def _find(connector: Connector, word: str) -> CredentialView:
    """Return the credential with a key, or the only one of a type. Raises Failure."""
    found = [held for held in connector.credentials.list() if word == held.key or word in held.types]
    if len(found) > 1:
        raise Failure(Code.NOT_FOUND, "errors.credential-several", word=word)
    if not found:
        raise Failure(Code.NOT_FOUND, "errors.credential-unknown", word=word)
    return found[0]
