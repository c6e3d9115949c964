"""`asset`: add, show, change, publish, withdraw and remove the assets of this participant."""

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.assets.details import POLICIES, describe_asset, list_changed, name_field
from connector.cli.assets.finding import apply_to_asset
from connector.cli.assets.kinds import MemberRow, list_member_rows
from connector.cli.assets.order import (
    FileOption,
    FolderOption,
    GlobOption,
    UrlOption,
    take_change,
    take_order,
    write_option,
)
from connector.cli.assets.products import describe_product, describe_quality, list_inputs, list_quality_findings
from connector.cli.assets.records import RecordsOption, parse_records
from connector.cli.assets.sightings import (
    advise_format,
    describe_reading,
    describe_sighting,
    list_findings,
    list_unread,
)
from connector.cli.assets.source import build_source, name_data
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
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Columns
from connector.cli.frame.remote import choose_text, connect, print_listing
from connector.cli.policies.terms import write_terms
from connector.client.connector import Connector
from connector.client.frame.errors import ClientError
from connector.dataplane.addresses import describe_addresses
from connector.dataplane.files.media_types import guess_media_type
from connector.language.catalogue import translate_text
from connector.views.assets import AssetOrder, AssetStatus, AssetView
from connector.views.products import ProductView
from connector.views.sightings import InspectOrder, Sighting

app = create_noun("Assets of this participant: drafts until they are published.")

AssetArgument = Annotated[str, typer.Argument(metavar="ASSET", help="Title or identifier of the asset.")]
PublishOption = Annotated[bool, typer.Option("--publish", help="Publish the asset immediately.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what is seen in the data, and check the order; add nothing.")
]
ReleaseOption = Annotated[
    bool, typer.Option("--release", help="Release the asset: confirm that its personal data may be offered.")
]


@register(
    app,
    "add",
    example="""datenkontor asset add --file offered/air.csv --class open --licence dl-by-de/2.0 --publish
    datenkontor asset add --file offered/air.csv --title 'Luftqualität' --keyword Luft --theme ENVI --place key=08212000
    datenkontor asset add --file offered/air.csv --contact email=umwelt@stadt.example --frequency DAILY --publish
    datenkontor asset add --file offered/air.csv --record measure=pm10 --dry-run
    datenkontor asset add --file offered/alt.csv --record encoding=windows-1252 --record decimal=comma --publish
    datenkontor asset add --folder offered/counts --glob '*.csv' --title 'Zählstellen' --policy terms.json
    datenkontor asset add --file offered/air.csv --template downloads --set downloads=7 --publish
    datenkontor asset add --file offered/rides.csv --record subject=person_id --policy terms.json --class personal
    datenkontor asset add --file offered/survey.csv --record group=district --template planning --publish
    datenkontor asset add --url http://127.0.0.1:9000/roadworks --title 'Baustellen' --live --publish
    datenkontor asset add --source trees.json --title 'Baumkataster' --licence dl-by-de/2.0 --publish
    datenkontor asset add --source recipe.toml --title 'Fahrten je Bezirk' --class internal --publish""",
)
@take_order
def add(
    call: CommandCall,
    order: AssetOrder,
    publish: PublishOption = False,
    release: ReleaseOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Add an asset: a file, a folder, an HTTP source or a source of another kind, with its title and policy.

    Without --policy and --template every participant may use it. The source is tried first: what does not fit the
    description or the policy is refused. What --publish cannot publish is not added either.
    """
    with connect(call) as connector:
        if dry_run:
            seen = connector.assets.look(order)
            call.output.print_details(seen, describe_sighting(seen, call.output.lang))
            _print_reading(call, seen, order)
            for gap in seen.gaps:
                call.output.print_hint(gap.get(call.output.lang, ""))
            return
        asset = connector.assets.add(order)
        seen = Sighting(media_type=asset.media_type)
        if not call.output.json:
            with suppress(ClientError):  # the asset is added, whatever can be said of its data
                seen = connector.assets.look(order)
        if publish:
            asset = _publish_added(call, connector, asset, release=release)
    _report_added(call, asset)
    _print_reading(call, seen, order)


@register(
    app,
    "inspect",
    example="""datenkontor asset inspect offered/air.csv
    datenkontor asset inspect offered/playgrounds.shp --json
    datenkontor asset inspect offered/parking.xml --record format=datex""",
)
def inspect(
    call: CommandCall,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file in the folder of offered files.")],
    media_type: Annotated[
        str | None, typer.Option(metavar="TYPE", help="Media type (default: guessed from the name).")
    ] = None,
    record: RecordsOption = None,
) -> None:
    """Inspect a file before it is offered; nothing is added.

    Shows the title, fields with their types and units, the time span and the area that a description could state, which
    fields may be about persons, and what is wrong with the data.
    """
    source, name = build_source(call, file, None, None, None, [])
    kind = media_type or guess_media_type(name) or ""
    order = InspectOrder(source=source, media_type=kind, records=parse_records(record, kind))
    with connect(call) as connector:
        seen = connector.assets.inspect(order)
    shown = {"title": seen.title, **describe_sighting(seen, call.output.lang)}
    call.output.print_details(seen, shown, {"findings": list_findings(seen, call.output.lang)})


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
        "source": lambda asset: name_data(asset.source),
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
        found = apply_to_asset(connector, asset, connector.assets.show)
        policies = [found.policy, found.access or {}, found.reservation or {}]
        written = [] if call.output.json else write_terms(connector, policies, call.output.lang)
    terms = dict(zip(POLICIES, written, strict=False))
    sentences = {name: entry.sentence for name, entry in terms.items()}
    cards = {name_field(name): entry.card for name, entry in terms.items() if getattr(found, name)}
    call.output.print_details(found, describe_asset(found, call.output, sentences), cards)


@register(
    app,
    "edit",
    example="""datenkontor asset edit Luftqualität --title 'Luftqualität am Rathaus'
    datenkontor asset edit Luftqualität --file offered/air-2026.csv --data-version 2026
    datenkontor asset edit Luftqualität --template downloads --set downloads=7
    datenkontor asset edit Luftqualität --class open --keyword Luft --keyword Stadt --remove licence""",
)
@take_change
def edit(
    call: CommandCall,
    asset: AssetArgument,
    change: dict[str, Any],
    release: ReleaseOption = False,
    yes: YesOption = False,
) -> None:
    """Change an asset: what is not given stays as it is.

    A published asset stays published, and agreements keep what was agreed. Other terms get a new offer. If the policy
    of a published asset is removed, every participant may use it: that is confirmed first.
    """
    opened = any(name in change and change[name] is None for name in ("policy", "access"))
    with connect(call) as connector:
        if opened and not yes and apply_to_asset(connector, asset, connector.assets.show).status == "published":
            _confirm(call, connector, "cli.ask-open", asset, yes=yes)
        found = apply_to_asset(connector, asset, partial(connector.assets.edit, change=change, release=release))
    title = choose_text(found.title, call.output.lang)
    members = list_changed(change, call.output)
    call.output.print_result(found, call.output.say("cli.asset-changed", title=title, members=members))
    _print_remarks(call, found)
    _print_waiting(call, found.waiting)


@register(
    app,
    "version",
    example="""datenkontor asset version Luftqualität 2026-12 --file offered/air-2026-12.csv
    datenkontor asset version urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10 2027""",
)
def version(
    call: CommandCall,
    asset: AssetArgument,
    number: Annotated[str, typer.Argument(metavar="VERSION", help="Version of the data, such as 2026-12.")],
    file: FileOption = None,
    folder: FolderOption = None,
    glob: GlobOption = None,
    url: UrlOption = None,
) -> None:
    """Offer a new version of the data; dataset, search result and agreements stay the same.

    Without a source the data is the same file or address, whose content has changed.
    """
    change: dict[str, Any] = {"stated": {"release": number}}
    if any(given is not None for given in (file, folder, glob, url)):
        change["source"], _ = build_source(call, file, folder, glob, url, [])
    with connect(call) as connector:
        found = apply_to_asset(connector, asset, partial(connector.assets.edit, change=change))
    title = choose_text(found.title, call.output.lang)
    call.output.print_result(found, call.output.say("cli.asset-version", title=title, version=number))
    _print_remarks(call, found)


@register(app, "remove", example="datenkontor asset remove urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10 --yes")
def remove(call: CommandCall, asset: AssetArgument, yes: YesOption = False) -> None:
    """Remove an asset that is not published and that no agreement refers to; its data is not touched."""
    with connect(call) as connector:
        _confirm(call, connector, "cli.ask-remove-asset", asset, yes=yes)
        found = apply_to_asset(connector, asset, connector.assets.remove)
    call.output.print_result(
        found, call.output.say("cli.asset-removed", title=choose_text(found.title, call.output.lang))
    )


@register(app, "publish", example="datenkontor asset publish urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10")
def publish(call: CommandCall, asset: AssetArgument, release: ReleaseOption = False) -> None:
    """Publish an asset in the catalogue."""
    with connect(call) as connector:
        found = apply_to_asset(connector, asset, partial(connector.assets.publish, release=release))
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
    question = "cli.ask-end-agreements" if end_agreements else "cli.ask-withdraw"
    with connect(call) as connector:
        _confirm(call, connector, question, asset, yes=yes)
        end = partial(connector.assets.withdraw, end_agreements=end_agreements, reason=reason or "")
        found = apply_to_asset(connector, asset, end)
    shown = call.output.say(
        "cli.asset-status",
        title=choose_text(found.asset.title, call.output.lang),
        status=call.output.name_value(found.asset.status),
    )
    call.output.print_result(found, shown)
    if found.agreements:
        call.output.print_hint(
            call.output.say("cli.agreements-remain", agreements=found.agreements, running=found.running)
        )
    if end_agreements:
        call.output.print_hint(call.output.say("cli.agreements-ended", count=found.ended))
    _print_waiting(call, found.waiting)


@register(app, "make", example="datenkontor asset make Fahrten")
def make(call: CommandCall, asset: AssetArgument) -> None:
    """Make the result of a recipe now, whole or not at all; show what it was made of.

    A product that was stopped is made again if its inputs can be used again.
    """
    with connect(call) as connector:
        _print_product(call, apply_to_asset(connector, asset, connector.assets.make))


@register(app, "lineage", example="datenkontor asset lineage Fahrten")
def lineage(call: CommandCall, asset: AssetArgument) -> None:
    """Show what the newest result of a recipe was made of, and what came of the last run."""
    with connect(call) as connector:
        _print_product(call, apply_to_asset(connector, asset, connector.assets.lineage))


@register(app, "quality", example="datenkontor asset quality Luftqualität")
def quality(call: CommandCall, asset: AssetArgument) -> None:
    """Show the measured quality of the data of an asset, and whether its promised update cycle is kept.

    Each version is measured when it is made, or first delivered.
    """
    with connect(call) as connector:
        found = apply_to_asset(connector, asset, connector.assets.quality)
    findings = list(list_quality_findings(found, call.output))
    call.output.print_details(found, describe_quality(found, call.output), {"findings": findings})


@register(app, "kinds", needs="nothing", example="datenkontor asset kinds ogcapi")
def kinds(
    call: CommandCall,
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="Kind of source, such as ogcapi.")] = None,
) -> None:
    """List what the address of a source has in it, by kind, as --source reads it."""
    forms = describe_addresses()
    if kind is not None and kind not in forms:
        raise Failure(Code.NOT_FOUND, "errors.no-such-kind", kind=kind, known=", ".join(sorted(forms)))
    columns: Columns[MemberRow] = {
        "kind": lambda row: row.kind,
        "part of the address": lambda row: row.member,
        "required": lambda row: row.required,
        "value": lambda row: row.value,
        "otherwise": lambda row: row.default,
    }
    rows = list_member_rows([forms[kind]] if kind is not None else forms.values())
    call.output.print_rows(rows, columns)


def _print_product(call: CommandCall, found: ProductView) -> None:
    inputs = {"inputs": list_inputs(found, call.output)}
    call.output.print_details(found, describe_product(found, call.output), inputs)


def _publish_added(call: CommandCall, connector: Connector, asset: AssetView, *, release: bool) -> AssetView:
    """Publish an asset that was just added; if that is refused, it is not added either. Raises ClientError."""
    try:
        return connector.assets.publish(asset.id, release=release)
    except (ClientError, KeyboardInterrupt):
        # Else the same command with what was missing would add it a second time, or find its identifier taken.
        try:
            connector.assets.remove(asset.id)
        except ClientError:
            stays = call.output.say("cli.asset-stays", title=choose_text(asset.title, call.output.lang), id=asset.id)
            call.output.print_hint(stays)
        raise


def _confirm(call: CommandCall, connector: Connector, question: str, asset: str, *, yes: bool) -> None:
    """Ask about an asset, by its title; one that does not exist is told instead. Raises Failure."""
    if not yes:
        found = apply_to_asset(connector, asset, connector.assets.show)
        call.output.confirm(call.output.say(question, id=choose_text(found.title, call.output.lang)), yes)


def _print_reading(call: CommandCall, seen: Sighting, order: AssetOrder) -> None:
    """Print what is remarkable in the data, and what the asset could state, beside the result."""
    advice = advise_format(seen.media_type, call.output.lang) if order.records is None and not seen.format else None
    problem = translate_text(call.output.lang, seen.problem) if seen.problem else None
    told = [problem, *list_unread(seen, call.output.lang), *list_findings(seen, call.output.lang), advice]
    for sentence in filter(None, told):
        call.output.print_hint(sentence)
    for origin in ("data", "offer"):
        found = [entry for entry in seen.suggestions if entry.origin == origin]
        options = " ".join(write_option(entry.member, entry.value) for entry in found)
        if options:
            call.output.print_hint(call.output.say(f"cli.suggested-{origin}", options=options))


def _report_added(call: CommandCall, asset: AssetView) -> None:
    title = choose_text(asset.title, call.output.lang)
    call.output.print_result(
        asset, call.output.say("cli.asset-added", title=title, id=asset.id, status=call.output.name_value(asset.status))
    )
    if asset.records:
        call.output.print_hint(
            call.output.say("cli.asset-read-as", reading=describe_reading(asset.records, call.output.lang))
        )
    _print_remarks(call, asset)


def _print_remarks(call: CommandCall, asset: AssetView) -> None:
    """Print the remarks on an offer, beside the result."""
    for remark in asset.remarks:
        call.output.print_hint(remark.get(call.output.lang, ""))


def _print_waiting(call: CommandCall, waiting: int) -> None:
    """Print how many requests on an asset wait for a person, beside the result: what they ask for was the offer."""
    if waiting:
        key = "cli.requests-wait-one" if waiting == 1 else "cli.requests-wait"
        call.output.print_hint(call.output.say(key, waiting=waiting))


def _report_status(call: CommandCall, asset: AssetView) -> None:
    title = choose_text(asset.title, call.output.lang)
    call.output.print_result(
        asset, call.output.say("cli.asset-status", title=title, status=call.output.name_value(asset.status))
    )
