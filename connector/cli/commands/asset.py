"""`asset`: add, show, publish and withdraw the assets of this participant."""

from typing import Annotated

import msgspec
import typer

from connector.cli.assets import options
from connector.cli.assets.records import RecordsOption, parse_records
from connector.cli.assets.source import build_source, guess_media_type
from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    PolicyOption,
    ReasonOption,
    YesOption,
    create_noun,
    register,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import format_time
from connector.cli.frame.remote import choose_text, connect, print_listing
from connector.cli.policies.files import read_policy
from connector.cli.policies.templates import SetOption, choose_policy
from connector.cli.policies.terms import describe_policies
from connector.views.assets import DEFAULT_MEDIA_TYPE, AssetOrder, AssetStatus, AssetView, DataClass, Marking

app = create_noun("Assets of this participant: drafts until they are published.")

AssetArgument = Annotated[str, typer.Argument(metavar="ASSET", help="Identifier of the asset.")]


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
def add(
    call: CommandCall,
    file: options.FileOption = None,
    folder: options.FolderOption = None,
    glob: options.GlobOption = None,
    url: options.UrlOption = None,
    header: options.HeaderOption = None,
    title: options.TitleOption = None,
    description: options.DescriptionOption = None,
    keyword: options.KeywordOption = None,
    theme: options.ThemeOption = None,
    policy: PolicyOption = None,
    template: options.TemplateOption = None,
    sets: SetOption = None,
    access: options.AccessOption = None,
    reservation: options.ReservationOption = None,
    record: RecordsOption = None,
    data_class: options.DataClassOption = DataClass.INTERNAL,
    licence: options.LicenceOption = None,
    media_type: options.MediaTypeOption = None,
    id: options.IdOption = None,
    language: options.LanguageOption = None,
    data_version: options.DataVersionOption = None,
    resolution: options.ResolutionOption = None,
    encrypted: options.EncryptedOption = False,
    legal_basis: options.LegalBasisOption = None,
    marking: options.MarkingOption = Marking.NONE,
    live: options.LiveOption = False,
    synthetic: options.SyntheticOption = False,
    publish: options.PublishOption = False,
    release: options.ReleaseOption = False,
) -> None:
    """Add an asset: a file, a folder or an HTTP source with its title and policy.

    Without --policy and --template every participant may use it.
    """
    source, name = build_source(call, file, folder, glob, url, header or [])
    kind = media_type or guess_media_type(glob or name)
    lang = call.output.lang
    stated = options.build_stated(
        language=language,
        data_version=data_version,
        resolution=resolution,
        encrypted=encrypted,
        legal_basis=legal_basis,
        marking=marking,
    )
    order = AssetOrder(
        title={lang: title or name},
        source=source,
        id=id,
        description={lang: description} if description else {},
        keywords=tuple(keyword or ()),
        themes=tuple(theme or ()),
        media_type=kind or DEFAULT_MEDIA_TYPE,
        policy=choose_policy(template, sets, read_policy(policy)),
        access=read_policy(access),
        reservation=read_policy(reservation),
        records=parse_records(record, kind),
        data_class=data_class,
        live=live,
        synthetic=synthetic,
        licence=licence,
        stated=stated,
    )
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
    call.output.print_details(found, _build_fields(found, call.output.lang, *sentences))


@register(app, "publish", example="datenkontor asset publish urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10")
def publish(call: CommandCall, asset: AssetArgument, release: options.ReleaseOption = False) -> None:
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


def _build_fields(asset: AssetView, lang: str, terms: object, access: object, reservation: object) -> dict[str, object]:
    return {
        "id": asset.id,
        "title": choose_text(asset.title, lang),
        "description": choose_text(asset.description, lang),
        "status": asset.status,
        "class": asset.data_class,
        "keywords": asset.keywords,
        "themes": asset.themes,
        "media type": asset.media_type,
        "source": " ".join(f"{name}={value}" for name, value in asset.source.items()),
        "policy": terms,
        "visible to": asset.access and access,
        "reservation": asset.reservation and reservation,
        "records": asset.records
        and " ".join(f"{name}={value}" for name, value in msgspec.to_builtins(asset.records).items()),
        "licence": asset.licence,
        "languages": asset.stated.languages,
        "version": asset.stated.release,
        "resolution": asset.stated.resolution,
        "encrypted": asset.stated.encrypted,
        "legal basis (declared)": asset.stated.legal_basis,
        "about persons": asset.stated.marking,
        "live": asset.live,
        "synthetic": asset.synthetic,
        "offer": asset.offer_id,
        "created": format_time(asset.created_at),
        "changed": format_time(asset.updated_at),
    }
