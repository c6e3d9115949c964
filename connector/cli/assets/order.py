"""The options that describe an asset, and the order that they make.

Most options come from the fields of `AssetOrder` and `AssetStatement`: a field of a plain type is an option of its name
and its description. `_TEXTS` holds the options that are worded for the command line; those without a field of
their own are the fields of `ComposedOptions`.
"""

import inspect
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
import typer

from connector.cli.assets.parts import (
    PARTS,
    ContactOption,
    PeriodOption,
    PlaceOption,
    PublisherOption,
    parse_part,
    write_part,
)
from connector.cli.assets.records import RecordsOption, parse_records
from connector.cli.assets.source import build_source
from connector.cli.assets.stream import is_stream_url
from connector.cli.frame.command import PolicyOption
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.policies.files import read_policy
from connector.cli.policies.templates import SetOption, choose_policy
from connector.dataplane.files.media_types import guess_media_type
from connector.views.assets import DEFAULT_MEDIA_TYPE, AssetOrder, AssetStatement
from connector.views.common import LocalizedText

FileOption = Annotated[Path | None, typer.Option(metavar="FILE", help="A file in the folder of offered files.")]
FolderOption = Annotated[Path | None, typer.Option(metavar="DIR", help="A folder of files, delivered together.")]
GlobOption = Annotated[
    str | None, typer.Option(metavar="PATTERN", help="Name pattern for the files of the folder, such as `*.csv`.")
]
UrlOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="An HTTP source, fetched at every access, or a topic of a message broker, streamed."
    ),
]
SourceOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The address of a source of any kind, as JSON: a database, an object store, …"),
]
HeaderOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="Header for the HTTP source; it is never shown again. May be repeated."),
]
AtPlaneOption = Annotated[
    list[str] | None,
    typer.Option("--at-plane", metavar="LABEL", help="The data lies at a data plane with this label. May be repeated."),
]
TemplateOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Policy from a template; `policy template list` lists the templates."),
]
AccessOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Access policy: who sees the offer in the catalogue (default: all)."),
]
RemoveOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Reset what an option of this name states, such as licence. May be repeated."),
]
ReservationOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Reservation policy: the limit of agreements without a person. Never shown."),
]


class OptionText(msgspec.Struct, frozen=True):
    """The name, the placeholder and the help of an option, if they are not those of its field."""

    name: str = ""
    metavar: str = "TEXT"
    help: str = ""


_TEXTS: Mapping[str, OptionText] = {
    "title": OptionText(help="Title, in the language of --lang (default: the name of the file)."),
    "description": OptionText(help="Description, in the language of --lang."),
    "keywords": OptionText("--keyword", "WORD", "Keyword. May be repeated."),
    "themes": OptionText("--theme", "IRI", "Theme, such as TRAN. May be repeated."),
    "media_type": OptionText(metavar="TYPE", help="Media type (default: guessed from the name)."),
    "data_class": OptionText("--class", help="Data class; a person approves agreements for the last two."),
    "licence": OptionText(metavar="LICENCE", help="Licence: a code such as cc-by/4.0 or dl-by-de/2.0, or an IRI."),
    "frequency": OptionText(metavar="CODE", help="How often the data is updated, such as DAILY."),
    "format": OptionText(metavar="CODE", help="File type (default: by the media type), such as GTFS."),
    "hvd": OptionText(
        "--hvd", "CATEGORY", "Category of a high-value dataset in the EU, such as mobility. May be repeated."
    ),
    "legislation": OptionText("", "IRI", "Legislation that requires the data (ELI). May be repeated."),
    "issued": OptionText("", "DATE", "Date of the first publication (default: that of this offer)."),
    "modified": OptionText("", "DATE", "Date of the last change of the data."),
    "landing_page": OptionText("", "URL"),
    "documentation": OptionText("", "URL", "Web page with the documentation of the data. May be repeated."),
    "conforms_to": OptionText("", "IRI", "Standard that the data follows. May be repeated."),
    "at_broker": OptionText(help="What the broker shows of an offer with an access policy (default: nothing)."),
    "forms": OptionText(
        "--form",
        "FORM",
        "Form in which the rows can be taken too: csv, csv-excel, json, ndjson, geojson, parquet, excel "
        "or features. May be repeated.",
    ),
    "id": OptionText(metavar="ID", help="Identifier of the dataset (default: a new `urn:uuid`)."),
    "languages": OptionText("--language", "TAG", "Language of the data, such as de. May be repeated."),
    "release": OptionText("--data-version"),
    "resolution": OptionText(metavar="DPI"),
    "legal_basis": OptionText("", "IRI", "Legal basis of the disclosure, such as eu-gdpr:A6-1-e. May be repeated."),
    "marking": OptionText(help="Whether the data is about persons; requires --class personal."),
}
_COMPOSED = frozenset({"source", "policy", "access", "reservation", "records", "stated", *PARTS})
"""Fields that `ComposedOptions` gives, from several options or from a file."""
_OF_COMPOSED = {"records": "record"}
_NEEDED = frozenset({"id", "title", "source"})
"""Members that an asset is never without."""


@dataclass(frozen=True)
class ComposedOptions:
    """The options that are no field of a plain type: the source, the policies, and parts of the description."""

    file: FileOption = None
    folder: FolderOption = None
    glob: GlobOption = None
    url: UrlOption = None
    source: SourceOption = None
    header: HeaderOption = None
    at_plane: AtPlaneOption = None
    policy: PolicyOption = None
    template: TemplateOption = None
    sets: SetOption = None
    access: AccessOption = None
    reservation: ReservationOption = None
    record: RecordsOption = None
    publisher: PublisherOption = None
    contact: ContactOption = None
    place: PlaceOption = None
    period: PeriodOption = None

    @property
    def has_source(self) -> bool:
        """True if an option of the source is given."""
        return any(
            option is not None for option in (self.file, self.folder, self.glob, self.url, self.source, self.header)
        )

    def build_source(self, call: CommandCall) -> tuple[dict[str, Any], str]:
        """Return the address of the data and a name for it. Raises Failure."""
        return build_source(
            call,
            self.file,
            self.folder,
            self.glob,
            self.url,
            self.header or [],
            at_plane=self.at_plane,
            source=self.source,
        )

    def read_terms(self, media_type: str | None) -> dict[str, Any]:
        """Return the policies and the parts of the description, None for each that is not given. Raises Failure."""
        return {
            "policy": choose_policy(self.template, self.sets, read_policy(self.policy)),
            "access": read_policy(self.access),
            "reservation": read_policy(self.reservation),
            "records": parse_records(self.record, media_type),
            **{name: parse_part(name, getattr(self, name)) for name in PARTS},
        }


_COMPOSED_OPTIONS = [
    parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
    for parameter in inspect.signature(ComposedOptions).parameters.values()
]
_REMOVE = inspect.Parameter("remove", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=RemoveOption)


def take_order(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of an asset; it receives the order that they make in place of them."""
    call, _, *rest = inspect.signature(command).parameters.values()
    own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in rest]
    described = dict(_list_options())

    def run(call: CommandCall, **values: Any) -> None:
        mine = {parameter.name: values.pop(parameter.name) for parameter in own}
        fields = {name: values.pop(parameter.name) for name, parameter in described.items()}
        command(call, build_order(call, fields, ComposedOptions(**values)), **mine)

    # The declaration of the command reads its options from the signature.
    run.__signature__ = inspect.Signature([call, *_COMPOSED_OPTIONS, *described.values(), *own])  # type: ignore[attr-defined]  # PEP 362
    run.__doc__ = command.__doc__
    return run


def take_change(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of an asset as changes; it receives the changed members in place of them."""
    call, asset, _, *rest = inspect.signature(command).parameters.values()
    own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in rest]
    described = {name: option for name, option in _list_options(optional=True) if name != "id"}

    def run(call: CommandCall, asset: str, **values: Any) -> None:
        mine = {parameter.name: values.pop(parameter.name) for parameter in own}
        fields = {name: values.pop(parameter.name) for name, parameter in described.items()}
        remove = values.pop(_REMOVE.name)
        command(call, asset, build_change(call, fields, ComposedOptions(**values), remove), **mine)

    # The declaration of the command reads its options from the signature.
    run.__signature__ = inspect.Signature([call, asset, *_COMPOSED_OPTIONS, _REMOVE, *described.values(), *own])  # type: ignore[attr-defined]  # PEP 362
    run.__doc__ = command.__doc__
    return run


def build_change(
    call: CommandCall,
    fields: dict[str, Any],
    given: ComposedOptions,
    remove: list[str] | None,
) -> dict[str, Any]:
    """Return the members that the options change, as JSON values; `remove` resets members. Raises Failure."""
    lang = call.output.lang
    reset = [_find_member(name) for name in remove or ()]
    change: dict[str, Any] = {name: None for name in reset if name in AssetOrder.__struct_fields__}
    change |= _convert(AssetOrder, fields, lang)
    stated: dict[str, Any] = {name: None for name in reset if name in AssetStatement.__struct_fields__}
    stated |= _convert(AssetStatement, fields, lang)
    if stated:
        change["stated"] = stated
    if given.has_source:
        change["source"], name = given.build_source(call)
        kind = guess_media_type(given.glob or name)
        if kind is not None:
            change.setdefault("media_type", kind)
    terms = given.read_terms(change.get("media_type"))
    change |= {name: value for name, value in terms.items() if value is not None}
    if not change:
        raise Failure(Code.USAGE, "errors.nothing-to-change")
    builtins: dict[str, Any] = msgspec.to_builtins(change)
    return builtins


def _find_member(word: str) -> str:
    """Return the member of an asset or of its statement that an option or a member names. Raises Failure."""
    known = (*AssetOrder.__struct_fields__, *AssetStatement.__struct_fields__)
    members = [name for name in known if name not in _NEEDED]
    names = {_name_option(name): name for name in members}
    # A template is a way to write the policy.
    names["template"] = "policy"
    plain = word.removeprefix("--")
    name = names.get(plain, plain.replace("-", "_"))
    if name not in members:
        raise Failure(Code.USAGE, "errors.not-removable", word=word, names=", ".join(sorted(names)))
    return name


def _name_option(member: str) -> str:
    text = _TEXTS.get(member, OptionText())
    return (text.name or _OF_COMPOSED.get(member, member)).removeprefix("--").replace("_", "-")


def build_order(
    call: CommandCall,
    fields: dict[str, Any],
    given: ComposedOptions,
) -> AssetOrder:
    """Return the order of the options; `fields` are the values of those that are named by a field. Raises Failure."""
    source, name = given.build_source(call)
    kind = fields["media_type"] or guess_media_type(given.glob or name)
    fields = fields | {"media_type": kind or DEFAULT_MEDIA_TYPE, "title": fields["title"] or name}
    if is_stream_url(given.url or ""):
        fields["live"] = True  # a stream has no end
    return AssetOrder(
        source=source,
        **given.read_terms(kind),
        stated=AssetStatement(**_convert(AssetStatement, fields, call.output.lang)),
        **_convert(AssetOrder, fields, call.output.lang),
    )


def write_option(member: str, value: Any) -> str:
    """Return the options that state a value of a member, as a shell reads them."""
    if member in PARTS:
        return " ".join(write_part(member, value))
    name = _TEXTS.get(member, OptionText()).name or f"--{member.replace('_', '-')}"
    return f"{name} {shlex.quote(str(value))}"


def _convert(kind: type[msgspec.Struct], fields: dict[str, Any], lang: str) -> dict[str, Any]:
    """Return the members of a struct that the options give."""
    hints = get_type_hints(kind)
    members = {name: fields[name] for name in kind.__struct_fields__ if fields.get(name) not in (None, [])}
    for name, value in members.items():
        if hints[name] == LocalizedText:
            members[name] = {lang: value}
        elif isinstance(value, list):
            members[name] = tuple(value)
    return members


def _list_options(*, optional: bool = False) -> Iterator[tuple[str, inspect.Parameter]]:
    for kind in (AssetOrder, AssetStatement):
        hints = get_type_hints(kind, include_extras=True)
        for field in msgspec.structs.fields(kind):
            if field.name not in _COMPOSED:
                yield field.name, _describe_option(field, hints[field.name], optional=optional)


def _describe_option(field: msgspec.structs.FieldInfo, hint: Any, *, optional: bool) -> inspect.Parameter:
    """Return the option of a field: its type and its default decide whether it is a flag, a choice or a text.

    If `optional`, the option has no default, and a flag has an opposite.
    """
    bare, (meta, *_) = hint.__origin__, hint.__metadata__
    own = _TEXTS.get(field.name, OptionText())
    default = field.default
    if isinstance(default, bool):
        option: Any = bool
    elif isinstance(default, Enum):
        option = type(default)
    else:
        default, option = None, (list[str] | None if get_origin(bare) is tuple else _find_plain(bare) | None)
    text = own.help or meta.description + (" May be repeated." if option == list[str] | None else "")
    flag = own.name or f"--{field.name.replace('_', '-')}"
    metavar = None if isinstance(default, bool | Enum) else own.metavar
    if optional:
        flag += f"/--no-{flag[2:]}" if isinstance(default, bool) else ""
        text = text.partition(" (default:")[0] + ("." if " (default:" in text else "")
        default, option = None, (option | None if isinstance(option, type) else option)
    return inspect.Parameter(
        # `release` is a field of an asset and an option of the command.
        f"asset_{field.name}",
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[option, typer.Option(flag, metavar=metavar, help=text)],
    )


def _find_plain(bare: Any) -> Any:
    """Return the type of an option of one value: a whole number, a number or, for anything else, a text."""
    return next((kind for kind in (int, float) if kind in (bare, *get_args(bare))), str)
