"""`get`: from a search result or an offer to the file: negotiate, transfer, check, save."""

from typing import Annotated

import typer

from connector.cli.commands.search import print_results, recall_result, store_results
from connector.cli.frame.command import TimeoutOption, create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.remote import connect, find_participant
from connector.cli.processes.progress import Bar
from connector.cli.processes.saving import OutputOption, OverwriteOption, may_overwrite, report_saved
from connector.client.connector import Connector
from connector.client.get import WantedOffer

app = create_word()


@register(
    app,
    "get",
    example="""datenkontor get 1
    datenkontor get baustellen karlsruhe -o roadworks.geojson
    datenkontor get urn:participant:tiefbauamt roadworks -o incoming/""",
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
    renew: Annotated[bool, typer.Option("--renew", help="Negotiate even if an agreement exists.")] = False,
    timeout: TimeoutOption = 300.0,
    yes: OverwriteOption = False,
) -> None:
    """Get a dataset: find, negotiate, transfer, check the SHA-256, save.

    Run it again to resume: an existing agreement is used, and an interrupted download continues. A refusal stops it: a
    new agreement is negotiated only when the time of the old one is over, or with --renew. Exit code 4 if the
    counterparty refuses, 6 if a person has to approve first.
    """
    path = out or "."
    overwrite = may_overwrite(call, path, yes)
    bar = Bar(call.output)
    with connect(call) as connector:
        wanted = _choose_offer(call, connector, target, offer)
        try:
            got = connector.get(
                wanted, path, progress=bar, push=push, renew=renew, overwrite=overwrite, timeout_s=timeout
            )
        except KeyboardInterrupt:
            bar.close()
            raise Failure(Code.INTERRUPTED, call.output.say("cli.interrupted")) from None
        finally:
            bar.close()
    also = {"participant": wanted.participant, "dataset": wanted.dataset}
    report_saved(call.output, got.saved, **also, agreement=got.agreement, transfer=got.transfer)


def _choose_offer(call: CommandCall, connector: Connector, target: list[str], offer: str | None) -> WantedOffer:
    """Return the offer: a number is a result of the newest search; two words with an identifier name a dataset."""
    if len(target) == 1 and target[0].isdecimal():
        result = recall_result(call, int(target[0]))
        if result is None:
            raise Failure(Code.NOT_FOUND, f"The newest search has no result {target[0]}: search again.")
        return WantedOffer(participant=result.participant, dataset=result.dataset, offer=offer)
    if len(target) == 2 and (":" in target[0] or ":" in target[1]):
        return WantedOffer(participant=find_participant(connector, target[0]), dataset=target[1], offer=offer)
    words = " ".join(target)
    results = connector.search(words, limit=10)
    if len(results.items) == 1:
        return WantedOffer(participant=results.items[0].participant, dataset=results.items[0].id, offer=offer)
    if not results.items:
        raise Failure(Code.NOT_FOUND, f"No offer contains all of these words: {words}.")
    store_results(call, results.items)
    if not call.output.json:
        print_results(call, results.items)
    raise Failure(
        Code.USAGE, f"{results.total} offers contain these words: get one by its number, such as `datenkontor get 1`."
    )
