"""`description`: signed self-descriptions: show those of this connector, and check any."""

from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.assets.finding import apply_to_asset
from connector.cli.frame.command import create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.remote import choose_text, connect
from connector.cli.policies.files import read_text
from connector.language.catalogue import Language
from connector.protocol.credential import DescriptionKind
from connector.protocol.dcat import AGENT_NAME, read_title
from connector.views.self_descriptions import CheckedDescriptionView, SelfDescriptionView

app = create_noun("Signed self-descriptions of this participant and its assets, and the check of any.")

PublishedArgument = Annotated[
    str | None,
    typer.Argument(metavar="ASSET", help="Title or identifier of a published asset (default: the participant)."),
]
OfferingOption = Annotated[bool, typer.Option("--offering", help="Show the offering of the asset: service and terms.")]
CredentialOption = Annotated[
    bool, typer.Option("--credential", help="Print the signed credential alone, for a file or another program.")
]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="Signed credential (application/vc+jwt).")]


@register(
    app,
    "show",
    example="""datenkontor description show
    datenkontor description show Luftqualität
    datenkontor description show Luftqualität --offering --json
    datenkontor description show Luftqualität --credential > luft.jwt""",
)
def show(
    call: CommandCall,
    asset: PublishedArgument = None,
    offering: OfferingOption = False,
    credential: CredentialOption = False,
) -> None:
    """Show the self-description of this participant, or of a published asset, as it is signed."""
    if offering and asset is None:
        raise Failure(Code.USAGE, "errors.offering-of-asset")
    with connect(call) as connector:
        if asset is None:
            found = connector.descriptions.show()
        else:
            found = apply_to_asset(
                connector, asset, lambda chosen: connector.descriptions.show(chosen, offering=offering)
            )
    if credential and not call.output.json:
        call.output.print_result(found, found.credential)
        return
    call.output.print_details(found, {**_describe(call, found), "key": found.key, "name at a broker": found.name})


@register(
    app,
    "check",
    example="""datenkontor description check luft.jwt
    datenkontor description check luft.jwt --json""",
)
def check(call: CommandCall, file: FileArgument) -> None:
    """Check a self-description by the participant list: who states what, until when, and whether it holds now.

    The exit code is 1 if the signature is not that of the issuer, or if the description does not hold now.
    """
    text = read_text(file)
    with connect(call) as connector:
        found = connector.descriptions.check(text.strip())
    call.output.print_details(found, _describe(call, found))
    if found.problem is not None:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": found.problem})
    call.output.print_hint(
        call.output.say(
            "cli.description-holds",
            issuer=found.issuer_name or found.issuer,
            until=call.output.format_time(found.valid_until),
        )
    )


def _describe(call: CommandCall, found: SelfDescriptionView | CheckedDescriptionView) -> dict[str, object]:
    """Return what a self-description states, by whom and until when, as names and values."""
    return {
        "kind": found.kind.value,
        "title": _name_subject(found.kind, found.statement, call.output.lang),
        "subject": found.subject,
        "issuer": found.issuer,
        "valid from": call.output.format_time(found.valid_from),
        "valid until": call.output.format_time(found.valid_until),
    }


def _name_subject(kind: DescriptionKind, statement: dict[str, Any], language: Language) -> str:
    if kind is DescriptionKind.PARTICIPANT:
        return str(statement.get(AGENT_NAME, ""))
    return choose_text(read_title(statement), language)
