"""`asset`: what we offer: keep, look at, publish, withdraw."""

import mimetypes
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    PolicyOption,
    ReasonOption,
    YesOption,
    command,
    group,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import moment
from connector.cli.frame.records import RecordsOption, parse_records
from connector.cli.frame.remote import choose_text, connect, print_listing, read_policy
from connector.cli.frame.templates import SetOption, read_terms
from connector.cli.frame.terms import say_policies
from connector.client.chapters.assets import Asset, Stated

app = group("What we offer: assets are drafts until they are published.")

mimetypes.add_type("application/geo+json", ".geojson")
mimetypes.add_type("application/gpx+xml", ".gpx")
mimetypes.add_type("application/vnd.apache.parquet", ".parquet")

AssetArgument = Annotated[str, typer.Argument(metavar="ASSET", help="Identifier of the asset.")]
ReleaseOption = Annotated[bool, typer.Option("--release", help="Your word that personal data may be offered.")]


class DataClass(StrEnum):
    """How delicate the data is."""

    OPEN = "open"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    PERSONAL = "personal"


class Marking(StrEnum):
    """Whether data tells of people."""

    NONE = "none"
    PERSONAL = "personal"
    PSEUDONYMISED = "pseudonymised"
    SPECIAL = "special"


AccessOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="ODRL policy of who may see the offer; else everybody.")
]
ReservationOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="ODRL policy of what is given at most, unasked; never shown.")
]
DataClassOption = Annotated[
    DataClass, typer.Option("--class", help="How delicate it is; a person agrees to the last two.")
]
HeaderOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="A header that the backend wants; never shown again.")
]
TemplateOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Terms from a template; see `policy template list`.")
]
# What policies may ask of the data.
LanguageOption = Annotated[list[str] | None, typer.Option("--language", metavar="TAG", help="As de; several times.")]
DataVersionOption = Annotated[str | None, typer.Option(metavar="TEXT", help="The version of the data.")]
ResolutionOption = Annotated[str | None, typer.Option(metavar="DPI", help="Of images, in dots per inch.")]
EncryptedOption = Annotated[bool, typer.Option("--encrypted", help="It needs a key that is given apart.")]
LegalBasisOption = Annotated[
    list[str] | None, typer.Option(metavar="IRI", help="Of its disclosure, as eu-gdpr:A6-1-e; several times.")
]
MarkingOption = Annotated[
    Marking, typer.Option("--marking", help="Whether it tells of people; then --class is personal.")
]
LiveOption = Annotated[bool, typer.Option("--live", help="The source keeps changing.")]
SyntheticOption = Annotated[bool, typer.Option("--synthetic", help="The data is generated, not measured.")]


class Status(StrEnum):
    """Where an asset stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@command(
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
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="A file below the offered folder.")] = None,
    folder: Annotated[Path | None, typer.Option(metavar="DIR", help="A folder of files, delivered as one.")] = None,
    glob: Annotated[str | None, typer.Option(metavar="PATTERN", help="Which files of the folder, by name.")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="A backend of ours, fetched at every access.")] = None,
    header: HeaderOption = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="In the language of --lang; else the name.")] = None,
    description: Annotated[str | None, typer.Option(metavar="TEXT", help="In the language of --lang.")] = None,
    keyword: Annotated[list[str] | None, typer.Option(metavar="WORD", help="May be given several times.")] = None,
    theme: Annotated[list[str] | None, typer.Option(metavar="IRI", help="A theme, as TRAN; several times.")] = None,
    policy: PolicyOption = None,
    template: TemplateOption = None,
    sets: SetOption = None,
    access: AccessOption = None,
    reservation: ReservationOption = None,
    record: RecordsOption = None,
    data_class: DataClassOption = DataClass.INTERNAL,
    licence: Annotated[str | None, typer.Option(metavar="IRI", help="The licence, if there is one.")] = None,
    media_type: Annotated[str | None, typer.Option(metavar="TYPE", help="Else guessed from the name.")] = None,
    id: Annotated[str | None, typer.Option(metavar="ID", help="Identifier of the dataset; else one is made.")] = None,
    language: LanguageOption = None,
    data_version: DataVersionOption = None,
    resolution: ResolutionOption = None,
    encrypted: EncryptedOption = False,
    legal_basis: LegalBasisOption = None,
    marking: MarkingOption = Marking.NONE,
    live: LiveOption = False,
    synthetic: SyntheticOption = False,
    publish: Annotated[bool, typer.Option("--publish", help="Offer it at once.")] = False,
    release: ReleaseOption = False,
) -> None:
    """Keep a new asset: a file, a folder or a URL of ours with its title and terms.

    Without --policy or --template anyone whom the data space knows may use it.
    """
    source, name = _source(call, file, folder, glob, url, header or [])
    wanted = read_terms(template, sets, read_policy(policy))
    kind = media_type or mimetypes.guess_type(glob or name)[0]
    lang = call.output.lang
    stated = Stated(
        languages=tuple(language or ()),
        release=data_version,
        resolution=resolution,
        encrypted=encrypted,
        legal_basis=tuple(legal_basis or ()),
        marking=marking.value,
    )
    with connect(call) as connector:
        asset = connector.assets.add(
            {lang: title or name},
            source,
            id=id,
            description={lang: description} if description else None,
            keywords=keyword or (),
            themes=theme or (),
            media_type=kind,
            policy=wanted,
            access=read_policy(access),
            reservation=read_policy(reservation),
            records=parse_records(record, kind),
            data_class=data_class.value,
            live=live,
            synthetic=synthetic,
            licence=licence,
            stated=stated,
        )
        if publish:
            asset = connector.assets.publish(asset.id, release=release)
    _added(call, asset)


@command(app, "list", example="datenkontor asset list --status published")
def list_assets(
    call: CommandCall,
    status: Annotated[Status | None, typer.Option(help="Only those.")] = None,
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


@command(app, "show", example="datenkontor asset show urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10")
def show(call: CommandCall, asset: AssetArgument) -> None:
    """Show one asset, its source and terms."""
    with connect(call) as connector:
        found = connector.assets.show(asset)
        held = [found.policy, found.access or {}, found.reservation or {}]
        sentences = held if call.output.json else say_policies(connector, held, call.output.lang)
    call.output.details(found, _fields(found, call.output.lang, *sentences))


@command(app, "publish", example="datenkontor asset publish urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10")
def publish(call: CommandCall, asset: AssetArgument, release: ReleaseOption = False) -> None:
    """Offer an asset in the catalogue."""
    with connect(call) as connector:
        found = connector.assets.publish(asset, release=release)
    _moved(call, found)
    _remark(call, found)


@command(app, "withdraw", example="datenkontor asset withdraw urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10 --yes")
def withdraw(
    call: CommandCall,
    asset: AssetArgument,
    end_agreements: Annotated[
        bool, typer.Option("--end-agreements", help="Withdraw from the contracts on it too: nothing more is delivered.")
    ] = False,
    reason: ReasonOption = None,
    yes: YesOption = False,
) -> None:
    """Offer an asset no longer. Contracts that were made hold, and what runs goes on, but for --end-agreements."""
    if end_agreements:
        call.output.confirm(call.output.say("ask-end-agreements", id=asset), yes)
    else:
        call.output.confirm(call.output.say("ask-withdraw", id=asset), yes)
    with connect(call) as connector:
        found = connector.assets.withdraw(asset, end_agreements=end_agreements, reason=reason or "")
    shown = call.output.say(
        "asset-moved", title=choose_text(found.asset.title, call.output.lang), status=found.asset.status
    )
    call.output.result(found, shown)
    if found.agreements:
        call.output.hint(call.output.say("still-held", agreements=found.agreements, running=found.running))


def _added(call: CommandCall, asset: Asset) -> None:
    title = choose_text(asset.title, call.output.lang)
    call.output.result(asset, call.output.say("asset-add", title=title, id=asset.id, status=asset.status))
    _remark(call, asset)


def _remark(call: CommandCall, asset: Asset) -> None:
    """Say beside the result what is odd with an offer of personal data."""
    for remark in asset.remarks:
        call.output.hint(remark.get(call.output.lang, ""))


def _moved(call: CommandCall, asset: Asset) -> None:
    title = choose_text(asset.title, call.output.lang)
    call.output.result(asset, call.output.say("asset-moved", title=title, status=asset.status))


def _fields(asset: Asset, lang: str, terms: object, access: object, reservation: object) -> dict[str, object]:
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
        "terms": terms,
        "shown to": asset.access and access,
        "at most": asset.reservation and reservation,
        "records": asset.records and " ".join(f"{name}={value}" for name, value in asset.records.items()),
        "licence": asset.licence,
        "languages": asset.stated.languages,
        "version": asset.stated.release,
        "resolution": asset.stated.resolution,
        "encrypted": asset.stated.encrypted,
        "legal basis (declared)": asset.stated.legal_basis,
        "tells of people": asset.stated.marking,
        "live": asset.live,
        "synthetic": asset.synthetic,
        "offer": asset.offer_id,
        "created": moment(asset.created_at),
        "changed": moment(asset.updated_at),
    }


def _source(
    call: CommandCall, file: Path | None, folder: Path | None, glob: str | None, url: str | None, headers: list[str]
) -> tuple[dict[str, Any], str]:
    """Return the address of the data and a name for it. Raises Failure unless exactly one place is named."""
    if sum(given is not None for given in (file, folder, url)) != 1:
        raise Failure(Code.USAGE, "Say where the data is: one of --file, --folder or --url.")
    if glob is not None and folder is None:
        raise Failure(Code.USAGE, "--glob chooses among the files of a --folder.")
    if headers and url is None:
        raise Failure(Code.USAGE, "--header belongs to a --url.")
    if url is not None:
        pairs = dict(_pair(header) for header in headers)
        return {"kind": "http", "url": url} | ({"headers": pairs} if pairs else {}), url.rstrip("/").rpartition("/")[2]
    path = file or folder or Path()
    below = _below_root(call, path, is_folder=folder is not None)
    address: dict[str, Any] = {"kind": "file", "path": below}
    return (address | {"glob": glob} if glob else address), path.name


def _pair(header: str) -> tuple[str, str]:
    name, sign, value = header.partition("=")
    if not sign:
        raise Failure(Code.USAGE, "A header is NAME=VALUE.")
    return name, value


def _below_root(call: CommandCall, path: Path, *, is_folder: bool) -> str:
    """Return a path as the connector knows it: relative to its folder of offered files.

    Without a settings file (`--connector` alone) the connector may be elsewhere, and the path is taken as it is.
    """
    if not call.file.exists():
        return path.as_posix()
    kind = "folder" if is_folder else "file"
    root = call.read_settings().data_root
    if root is None:
        raise Failure(Code.USAGE, "No folder of offered files is set: set data_root in the settings.")
    root = root.resolve()
    for candidate in (path.resolve(), (root / path).resolve()):
        if candidate.is_relative_to(root) and (candidate.is_dir() if is_folder else candidate.is_file()):
            return candidate.relative_to(root).as_posix()
    if not (path.is_dir() if is_folder else path.is_file()):
        raise Failure(Code.NOT_FOUND, f"There is no {kind} {path}.")
    raise Failure(Code.USAGE, f"{path} does not lie below {root}: put it there, or set data_root in the settings.")
