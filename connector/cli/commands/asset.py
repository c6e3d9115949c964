"""`asset`: add, show, publish and withdraw the assets of this participant."""

from typing import Annotated

import typer

from connector.cli.assets.details import POLICIES, describe_asset
from connector.cli.assets.order import take_order
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
from connector.cli.frame.remote import choose_text, connect, print_listing
from connector.cli.policies.terms import describe_policies
from connector.views.assets import AssetOrder, AssetStatus, AssetView

app = create_noun("Assets of this participant: drafts until they are published.")

AssetArgument = Annotated[str, typer.Argument(metavar="ASSET", help="Identifier of the asset.")]
PublishOption = Annotated[bool, typer.Option("--publish", help="Publish the asset immediately.")]
ReleaseOption = Annotated[
    bool, typer.Option("--release", help="Release the asset: confirm that its personal data may be offered.")
]


@register(
    app,
    "add",
    example="""datenkontor asset add --file offered/air.csv --title 'Luftqualität' --keyword Luft --class open --publish
    datenkontor asset add --folder offered/counts --glob '*.csv' --title 'Zählstellen' --policy terms.json
    datenkontor asset add --file offered/air.csv --template downloads --set downloads=7 --publish
    datenkontor asset add --file offered/rides.csv --record subject=person_id --policy terms.json --class personal
    datenkontor asset add --file offered/survey.csv --record group=district --template planning --publish
    datenkontor asset add --url http://127.0.0.1:9000/roadworks --title 'Baustellen' --live --publish""",
)
@take_order
def add(call: CommandCall, order: AssetOrder, publish: PublishOption = False, release: ReleaseOption = False) -> None:
    """Add an asset: a file, a folder or an HTTP source with its title and policy.

    Without --policy and --template every participant may use it.
    """
    with connect(call) as connector:
        asset = connector.assets.add(order)
        if publish:
            asset = connector.assets.publish(asset.id, release=release)
    _report_added(call, asset)


@register(app, "list", example="datenkontor asset list --status published")
def list_assets(
    call: CommandCall,
    status: Annotated[AssetStatus | None, typer.Option(help="Only assets with this status.")] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the assets, newest first."""
    columns = {
        "id": lambda asset: asset.id,
        "title": lambda asset: choose_text(asset.title, call.output.lang),
        "status": lambda asset: asset.status,
        "class": lambda asset: asset.data_class,
        "source": lambda asset: asset.source.get("path") or asset.source.get("url"),
    }
    chosen = status.value if status else None
    with connect(call) as connector:
        print_listing(
            call,
            lambda size, cursor: connector.assets.list(status=chosen, limit=size, after=cursor),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "show", example="datenkontor asset show urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10")
def show(call: CommandCall, asset: AssetArgument) -> None:
    """Show one asset with its source and its policies."""
    with connect(call) as connector:
        found = connector.assets.show(asset)
        policies = [found.policy, found.access or {}, found.reservation or {}]
        sentences = policies if call.output.json else describe_policies(connector, policies, call.output.lang)
    terms = dict(zip(POLICIES, sentences, strict=True))
    call.output.print_details(found, describe_asset(found, call.output.lang, terms))


@register(app, "publish", example="datenkontor asset publish urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10")
def publish(call: CommandCall, asset: AssetArgument, release: ReleaseOption = False) -> None:
    """Publish an asset in the catalogue."""
    with connect(call) as connector:
        found = connector.assets.publish(asset, release=release)
    _report_status(call, found)
    _print_remarks(call, found)


@register(app, "withdraw", example="datenkontor asset withdraw urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10 --yes")
def withdraw(
    call: CommandCall,
    asset: AssetArgument,
    end_agreements: Annotated[
        bool, typer.Option("--end-agreements", help="Withdraw the agreements on it too: their transfers end.")
    ] = False,
    reason: ReasonOption = None,
    yes: YesOption = False,
) -> None:
    """Withdraw an asset from the catalogue.

    Agreements remain valid and active transfers continue, unless --end-agreements is given.
    """
    if end_agreements:
        call.output.confirm(call.output.say("cli.ask-end-agreements", id=asset), yes)
    else:
        call.output.confirm(call.output.say("cli.ask-withdraw", id=asset), yes)
    with connect(call) as connector:
        found = connector.assets.withdraw(asset, end_agreements=end_agreements, reason=reason or "")
    shown = call.output.say(
        "cli.asset-status", title=choose_text(found.asset.title, call.output.lang), status=found.asset.status
    )
    call.output.print_result(found, shown)
    if found.agreements:
        call.output.print_hint(
            call.output.say("cli.agreements-remain", agreements=found.agreements, running=found.running)
        )


def _report_added(call: CommandCall, asset: AssetView) -> None:
    title = choose_text(asset.title, call.output.lang)
    call.output.print_result(asset, call.output.say("cli.asset-added", title=title, id=asset.id, status=asset.status))
    _print_remarks(call, asset)


def _print_remarks(call: CommandCall, asset: AssetView) -> None:
    """Print the remarks on an offer of personal data, beside the result."""
    for remark in asset.remarks:
        call.output.print_hint(remark.get(call.output.lang, ""))


def _report_status(call: CommandCall, asset: AssetView) -> None:
    title = choose_text(asset.title, call.output.lang)
    call.output.print_result(asset, call.output.say("cli.asset-status", title=title, status=asset.status))
