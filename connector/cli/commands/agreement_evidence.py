"""`agreement`: its evidence: what both sides have signed is written to a file, and such a file is verified."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.authority import roster
from connector.authority.card import operator_keys
from connector.authority.roster import RosterFault
from connector.cli.frame.command import create_part, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.files import require_new, write_text
from connector.cli.frame.remote import connect
from connector.identity.dcp.methods import find_sealing_keys
from connector.identity.evidence import EvidenceBroken, verify_evidence
from connector.identity.files import FileFault, read_bounded
from connector.identity.keys import VerificationKey
from connector.protocol.dcp.document import MAX_DOCUMENT, read_document
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dsp.common import Role
from connector.protocol.evidence import LARGEST
from connector.views.conversion import moment
from connector.views.handed_in import HandedInFault, read_json

app = create_part()


class _Named(msgspec.Struct):
    """A document, of which only the identifier is looked at."""

    id: str


@register(
    app,
    "evidence",
    example="datenkontor agreement evidence urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 -o evidence.json",
)
def write_evidence(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of the agreement.")],
    out: Annotated[str, typer.Option("--out", "-o", metavar="FILE", help="File to write, or - for standard output.")],
) -> None:
    """Write what both sides have signed of a final agreement to a file, which anybody can verify."""
    require_new(out)
    with connect(call) as connector:
        found = connector.agreements.show_evidence(agreement)
    path = write_text(out, msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
    if path is not None:
        word = "cli.evidence-written" if found.seal else "cli.evidence-written-alone"
        call.output.print_result(
            {"file": str(path), "sealed": found.seal is not None}, call.output.say(word, path=path)
        )


@register(
    app,
    "verify",
    needs="nothing",
    faults=(RosterFault,),
    example="""datenkontor agreement verify evidence.json
    datenkontor agreement verify evidence.json --list roster.jws --operator operator.jwk
    datenkontor agreement verify evidence.json --document did.json --document theirs.json""",
)
def verify(
    call: CommandCall,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Evidence of an agreement.")],
    listed: Annotated[
        list[Path] | None,
        typer.Option(
            "--list",
            metavar="FILE",
            help="Signed participant list that names the keys of both sides; repeatable, for keys that were changed.",
        ),
    ] = None,
    operator: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Card or public key of the data-space operator, for the list.")
    ] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option("--document", metavar="FILE", help="Document (did.json) that names the keys of a side."),
    ] = None,
) -> None:
    """Verify the evidence of an agreement without a connector: who agreed to what, and when.

    Without a participant list or documents, the file proves only that its own keys have signed. Exit code 1 if a part
    was changed, or if a key is not on the list and in no document.
    """
    if (not listed) != (operator is None):
        raise Failure(Code.USAGE, "errors.list-and-operator")
    keys = _read_known(listed or [], operator, documents or [])
    try:
        proven = verify_evidence(read_bounded(file, LARGEST), keys, now=int(datetime.now(UTC).timestamp() * 1000))
    except FileFault as fault:
        raise Failure(Code.NOT_FOUND, "errors.reported", reason={"en": str(fault)}) from None
    except EvidenceBroken as error:
        raise Failure(Code.FAILED, "errors.evidence-broken", file=file, error={"en": str(error)}) from None
    stated, sealed = proven.statement, proven.sealed_at
    sides = (stated.holder, *((stated.counterparty,) if sealed else ()))
    unknown = [side for side in sides if side not in proven.listed]
    if proven.unlisted and stated.counterparty not in unknown:
        unknown.append(stated.counterparty)
    if keys is not None and unknown:
        raise Failure(Code.FAILED, "errors.evidence-unlisted", file=file, sides=", ".join(unknown))
    provider, consumer = (stated.holder, stated.counterparty)[:: 1 if stated.role is Role.PROVIDER else -1]
    fields = {
        "provider": provider,
        "consumer": consumer,
        "dataset": proven.agreement.get("target"),
        "agreed": call.output.format_time(moment(stated.agreed_at)),
        "finalized": call.output.format_time(moment(stated.finalized_at) if stated.finalized_at else None),
        "withdrawn": call.output.format_time(moment(stated.withdrawn_at) if stated.withdrawn_at else None),
        "sealed": call.output.format_time(moment(sealed * 1000) if sealed else None),
        "stated": call.output.format_time(moment(stated.stated_at)),
    }
    told = [
        f"{call.output.format_time(moment(message.seal.created * 1000))}  {message.name}" for message in proven.messages
    ]
    call.output.print_details(proven, fields, {"signed messages": told})
    if stated.more:
        call.output.print_hint(call.output.say("cli.evidence-more"))
    word = "cli.evidence-proven" if sealed else "cli.evidence-one-sided"
    call.output.print_hint(call.output.say(word, holder=stated.holder, counterparty=stated.counterparty))
    if keys is None:
        call.output.print_hint(call.output.say("cli.evidence-own-keys"))


def _read_known(
    lists: Sequence[Path], operator: Path | None, documents: Sequence[Path]
) -> dict[str, list[VerificationKey]] | None:
    """Return the keys that lists and documents name; None without any. Raises RosterFault, Failure.

    The two sides may have signed at different times, so one list need not have the keys of both.
    """
    known: dict[str, list[VerificationKey]] = {}
    signers = operator_keys(operator) if operator else ()
    for path in lists:
        # One that has expired meanwhile still tells whose keys they were.
        listed = roster.verify(path, signers, now=datetime.now(UTC), take_expired=True)
        for participant, keys in listed.keys.items():
            known.setdefault(participant, []).extend(keys)
    for path in documents:
        try:
            content = read_bounded(path, MAX_DOCUMENT)
            document = read_document(content, read_json(content, _Named).id)
        except FileFault as fault:
            raise Failure(Code.NOT_FOUND, "errors.reported", reason={"en": str(fault)}) from None
        except (ClaimFault, HandedInFault) as fault:
            raise Failure(Code.FAILED, "errors.evidence-document", file=path, reason={"en": str(fault)}) from None
        known.setdefault(document.id, []).extend(find_sealing_keys(document).values())
    return known if documents or lists else None
