"""`get`: from a search result or an offer to the file: negotiate, transfer, check, save."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import msgspec
import typer

from connector.cli.assets.place import SinkOption
from connector.cli.assets.source import read_address
from connector.cli.commands.search import print_results, recall_result, store_results
from connector.cli.frame.command import TimeoutOption, create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.finding import find_participant
from connector.cli.frame.output import strip_controls
from connector.cli.frame.remote import connect
from connector.cli.processes.following import follow_stream
from connector.cli.processes.outcome import report_state
from connector.cli.processes.progress import Bar
from connector.cli.processes.saving import OutputOption, OverwriteOption, find_received, may_overwrite, report_saved
from connector.client.chapters.transfers import ENDED
from connector.client.connector import Connector
from connector.client.ending import refuse
from connector.client.frame.errors import ClientError, FileThere, RequestRefused
from connector.client.get import GetResult, WantedOffer
from connector.language.catalogue import LANGUAGES, say

app = create_word()


@register(
    app,
    "get",
    example="""datenkontor get 1
    datenkontor get baustellen karlsruhe -o roadworks.geojson
    datenkontor get urn:participant:tiefbauamt roadworks -o incoming/
    datenkontor get urn:participant:tiefbauamt roadworks -o roadworks.geojson --if-changed
    datenkontor get urn:participant:tiefbauamt roadworks -o - | jq .features
    datenkontor get urn:participant:umweltamt readings --follow -o readings.ndjson
    datenkontor get urn:participant:tiefbauamt roadworks --to table.json""",
)
def get(
    call: CommandCall,
    target: Annotated[
        list[str],
        typer.Argument(metavar="TARGET…", help="Number of a search result, search words, or PARTICIPANT DATASET."),
    ],
    out: OutputOption = None,
    offer: Annotated[
        str | None, typer.Option(metavar="OFFER", help="Identifier of the offer (default: the first).")
    ] = None,
    push: Annotated[bool, typer.Option("--push", help="Let the provider send the data (default: fetch it).")] = False,
    renew: Annotated[
        bool, typer.Option("--renew", help="Negotiate even if an agreement exists, or a request was refused.")
    ] = False,
    purpose: Annotated[
        str | None, typer.Option(metavar="PURPOSE", help="Purpose of the use to declare with the request.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Follow a stream: append each message to the file as it arrives.")
    ] = False,
    if_changed: Annotated[
        bool, typer.Option("--if-changed", help="Replace the file only if the provider states other data.")
    ] = False,
    to: SinkOption = None,
    timeout: TimeoutOption = 300.0,
    yes: OverwriteOption = False,
) -> None:
    """Get a dataset: find, negotiate, transfer, check the SHA-256, save.

    Run it again to resume: an existing agreement is used, and data that has arrived and was not saved is saved without
    another use. A refusal stops it: only --renew asks again, or the end of an agreement's time. --purpose declares what
    the data is for, if the terms ask for it and the participant list does not confirm it: a term such as
    dpv:AcademicResearch, or an absolute IRI. -o - writes one file to standard output. --if-changed compares digest,
    size and date first, and uses nothing if they are the same, or if nothing is stated of data whose uses are limited;
    a file that was not delivered earlier is replaced only with --yes. Exit code 4 if the counterparty refuses or has
    refused, 6 if a person has to approve first. --follow reads a stream: it appends to the file. --to delivers to
    another sink.
    """
    if to is not None:
        if out is not None or if_changed:
            raise Failure(Code.USAGE, "errors.place-alone")
        _deliver(call, target, offer, to, push=push, follow=follow, purpose=purpose, renew=renew, timeout_s=timeout)
        return
    if follow:
        if push or if_changed:
            raise Failure(Code.USAGE, "errors.follow-alone")
        _follow(call, target, out, offer, purpose=purpose, renew=renew, timeout_s=timeout)
        return
    _check_target(call, out, if_changed=if_changed)
    with TemporaryDirectory(prefix="datenkontor-") as folder:
        path = folder if out == "-" else out or "."
        overwrite = yes if if_changed else may_overwrite(call, path, yes)
        with connect(call) as connector:
            wanted = msgspec.structs.replace(_choose_offer(call, connector, target, offer), purpose=purpose)
            options = {"push": push, "renew": renew, "if_changed": if_changed, "timeout_s": timeout}
            try:
                got = _get(call, connector, wanted, path, overwrite=overwrite, **options)
            except RequestRefused as refused:
                _hint_at_purpose(call, refused)
                raise
            remark = _find_remark(connector, got.transfer) if got.transfer else ""
        _report(call, out, got, wanted)
        if remark:
            call.output.print_hint(call.output.translate(remark))


def _report(call: CommandCall, out: str | None, got: GetResult, wanted: WantedOffer) -> None:
    """Write the data out, or say where it is."""
    if out == "-":
        _write_out(got)
    elif not got.transfer:
        unchanged = {"path": got.saved.path, "changed": False}
        call.output.print_result(unchanged, call.output.say("cli.not-changed", path=got.saved.path))
    else:
        also = {"participant": wanted.participant, "dataset": wanted.dataset}
        report_saved(call.output, got.saved, **also, agreement=got.agreement, transfer=got.transfer)


def _follow(call: CommandCall, target: list[str], out: str | None, offer: str | None, **asked: Any) -> None:
    """Agree on a stream, and follow the open transfer under the agreement, or a new one."""
    bar = Bar(call.output)
    with connect(call) as connector:
        wanted = _choose_offer(call, connector, target, offer)
        agreement = connector.agree(wanted.participant, wanted.dataset, offer=wanted.offer, progress=bar, **asked)
        listed = connector.transfers.list(agreement=agreement).items
        open_ones = [one for one in listed if one.role == "consumer" and one.keep and one.state not in ENDED]
        found = open_ones[0] if open_ones else connector.transfers.start(agreement, keep=True)
        call.output.print_hint(call.output.say("cli.step-following", id=found.id))
        found = connector.transfers.wait(found.id, timeout_s=asked["timeout_s"], states=["STARTED"])
        if found.state in ENDED:
            raise refuse(found)
        follow_stream(call, connector, found.id, out)


def _deliver(
    call: CommandCall, target: list[str], offer: str | None, to: Path, *, push: bool, follow: bool, **asked: Any
) -> None:
    """Agree on a dataset, and let the connector deliver it to a place; a stream goes on by itself."""
    sink, bar = read_address(to), Bar(call.output)
    with connect(call) as connector:
        wanted = _choose_offer(call, connector, target, offer)
        agreement = connector.agree(wanted.participant, wanted.dataset, offer=wanted.offer, progress=bar, **asked)
        place = {**sink, "follow": True} if follow else sink
        begun = connector.transfers.start(agreement, push=push, sink=place)
        call.output.print_hint(call.output.say("cli.step-transferring", id=begun.id))
        states = ["STARTED"] if follow else []
        found = connector.transfers.wait(begun.id, timeout_s=asked["timeout_s"], states=states)
    if found.state == "TERMINATED":
        raise refuse(found)
    report_state(call, found)


def _hint_at_purpose(call: CommandCall, refused: RequestRefused) -> None:
    """Name the option that states a purpose, if the provider asks for one: it does not know how we ask."""
    if any(say(language, "reasons.remedy-purpose") in str(refused) for language in LANGUAGES):
        call.output.print_hint(call.output.say("cli.hint-purpose"))


def _check_target(call: CommandCall, out: str | None, *, if_changed: bool) -> None:
    """Raise Failure if the options contradict each other, before anything is requested."""
    if out == "-" and (call.output.json or if_changed):
        raise Failure(Code.USAGE, "errors.data-alone")
    if if_changed and (out is None or out.endswith("/") or Path(out).expanduser().is_dir()):
        raise Failure(Code.USAGE, "errors.one-file")


def _write_out(got: GetResult) -> None:
    """Write the only file of a delivery to standard output."""
    if len(got.saved.files) != 1:
        raise Failure(Code.USAGE, "errors.many-files", count=len(got.saved.files), transfer=got.transfer)
    with Path(got.saved.path).open("rb") as file:
        shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.flush()


def _get(call: CommandCall, connector: Connector, wanted: WantedOffer, path: str, **options: Any) -> GetResult:
    bar = Bar(call.output)
    received = find_received(call)
    try:
        try:
            return connector.get(wanted, path, progress=bar, received=received, **options)
        except FileThere as error:
            if error.code == "kept":
                raise
            call.output.confirm(call.output.say("cli.ask-overwrite", path=error.path), yes=False)
        return connector.get(wanted, path, progress=bar, received=received, **options | {"overwrite": True})
    except KeyboardInterrupt:
        bar.close()
        raise Failure(Code.INTERRUPTED, "cli.interrupted") from None
    finally:
        bar.close()


def _choose_offer(call: CommandCall, connector: Connector, target: list[str], offer: str | None) -> WantedOffer:
    """Return the offer: a number is a result of the newest search; two words with an identifier name a dataset."""
    if len(target) == 1 and target[0].isdecimal():
        result = recall_result(call, int(target[0]))
        if result is None:
            raise Failure(Code.NOT_FOUND, "errors.no-result", target=target[0])
        _refuse_reference(result.page)
        return WantedOffer(participant=result.participant, dataset=result.dataset, offer=offer)
    if len(target) == 2 and (":" in target[0] or ":" in target[1]):
        return WantedOffer(participant=find_participant(connector, target[0]), dataset=target[1], offer=offer)
    words = " ".join(target)
    results = connector.search(words, limit=10)
    if len(results.items) == 1:
        _refuse_reference(results.items[0].via.page if results.items[0].via else "")
        return WantedOffer(participant=results.items[0].participant, dataset=results.items[0].id, offer=offer)
    if not results.items:
        raise Failure(Code.NOT_FOUND, "errors.no-offer", words=words)
    store_results(call, results.items)
    if not call.output.json:
        print_results(call, results.items)
    raise Failure(Code.USAGE, "errors.many-offers", total=results.total)


def _refuse_reference(page: str) -> None:
    """Raise Failure if a result is a reference, which has a page at its portal: it has no offer to ask for."""
    if page:
        raise Failure(Code.REFUSED, "errors.at-portal", page=strip_controls(page))


def _find_remark(connector: Connector, transfer: str) -> str:
    """Return what the provider said of the data; the data is saved, so that nothing is said if nobody knows."""
    try:
        progress = connector.transfers.show(transfer).progress
    except ClientError:
        return ""
    return (progress.remark or "") if progress else ""
