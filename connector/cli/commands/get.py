"""`get`: from a search hit or an offer to the file: negotiate, transfer, check, save."""

from typing import Annotated

import typer

from connector.cli.commands.search import print_table, recall, remember
from connector.cli.frame.command import TimeoutOption, command, single
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.progress import Bar, OutputOption, OverwriteOption, may_overwrite, report
from connector.cli.frame.remote import connect, participant
from connector.client.connector import Connector
from connector.client.get import WantedOffer

app = single()


@command(
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
        typer.Argument(metavar="TARGET…", help="Number of a search hit, words that find one, or PARTICIPANT DATASET."),
    ],
    out: OutputOption = None,
    offer: Annotated[str | None, typer.Option(metavar="OFFER", help="Which offer; else the first.")] = None,
    push: Annotated[bool, typer.Option("--push", help="Let the provider send; else it is fetched.")] = False,
    renew: Annotated[bool, typer.Option("--renew", help="Negotiate also where there is an agreement.")] = False,
    timeout: TimeoutOption = 300.0,
    yes: OverwriteOption = False,
) -> None:
    """Get a dataset: find, negotiate, transfer, check by SHA-256, save.

    Repeated, it goes on where it stood: an agreement is used again, a download that broke off is resumed. Ends with
    4 and the reason where the counter-party refuses, with 6 where a person has to approve first.
    """
    path = out or "."
    overwrite = may_overwrite(call, path, yes)
    bar = Bar(call.output)
    with connect(call) as connector:
        wanted = _wanted(call, connector, target, offer)
        try:
            got = connector.get(
                wanted, path, progress=bar, push=push, renew=renew, overwrite=overwrite, timeout_s=timeout
            )
        except KeyboardInterrupt:
            bar.close()
            raise Failure(Code.INTERRUPTED, call.output.say("go-on")) from None
        finally:
            bar.close()
    also = {"participant": wanted.participant, "dataset": wanted.dataset}
    report(call.output, got.saved, **also, agreement=got.agreement, transfer=got.transfer)


def _wanted(call: CommandCall, connector: Connector, target: list[str], offer: str | None) -> WantedOffer:
    """Return what is meant: one number is a hit of the newest search; an identifier first names a participant."""
    if len(target) == 1 and target[0].isdecimal():
        hit = recall(int(target[0]))
        if hit is None:
            raise Failure(Code.NOT_FOUND, f"The newest search has no hit number {target[0]}: search again.")
        return WantedOffer(participant=hit.participant, dataset=hit.dataset, offer=offer)
    if len(target) == 2 and (":" in target[0] or ":" in target[1]):
        return WantedOffer(participant=participant(connector, target[0]), dataset=target[1], offer=offer)
    words = " ".join(target)
    hits = connector.search(words, limit=10)
    if len(hits.items) == 1:
        return WantedOffer(participant=hits.items[0].participant, dataset=hits.items[0].id, offer=offer)
    if not hits.items:
        raise Failure(Code.NOT_FOUND, f"Nothing is offered that has all of these words: {words}.")
    remember(hits.items)
    if not call.output.json:
        print_table(call, hits.items)
    raise Failure(Code.USAGE, f"{hits.total} offers have these words: get one by its number, as `datenkontor get 1`.")
