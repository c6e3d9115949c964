"""The options of `asset add` and their choices."""

from pathlib import Path
from typing import Annotated

import typer

from connector.views.assets import AssetStatement, DataClass, Marking

FileOption = Annotated[Path | None, typer.Option(metavar="FILE", help="A file in the folder of offered files.")]
FolderOption = Annotated[Path | None, typer.Option(metavar="DIR", help="A folder of files, delivered together.")]
GlobOption = Annotated[
    str | None, typer.Option(metavar="PATTERN", help="Name pattern for the files of the folder, such as `*.csv`.")
]
UrlOption = Annotated[
    str | None, typer.Option(metavar="URL", help="An HTTP source of this participant, fetched at every access.")
]
HeaderOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="Header for the HTTP source; it is never shown again. May be repeated."),
]
TitleOption = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Title, in the language of --lang (default: the name of the file)."),
]
DescriptionOption = Annotated[str | None, typer.Option(metavar="TEXT", help="Description, in the language of --lang.")]
KeywordOption = Annotated[list[str] | None, typer.Option(metavar="WORD", help="Keyword. May be repeated.")]
ThemeOption = Annotated[list[str] | None, typer.Option(metavar="IRI", help="Theme, such as TRAN. May be repeated.")]
TemplateOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Policy from a template; `policy template list` lists the templates."),
]
AccessOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Access policy: who sees the offer in the catalogue (default: all)."),
]
ReservationOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Reservation policy: the limit of agreements without a person. Never shown."),
]
DataClassOption = Annotated[
    DataClass, typer.Option("--class", help="Data class; a person approves agreements for the last two.")
]
LicenceOption = Annotated[str | None, typer.Option(metavar="IRI", help="Licence of the data.")]
MediaTypeOption = Annotated[
    str | None, typer.Option(metavar="TYPE", help="Media type (default: guessed from the name).")
]
IdOption = Annotated[
    str | None, typer.Option(metavar="ID", help="Identifier of the dataset (default: a new `urn:uuid`).")
]
# Facts about the data that policies can refer to.
LanguageOption = Annotated[
    list[str] | None,
    typer.Option("--language", metavar="TAG", help="Language of the data, such as de. May be repeated."),
]
DataVersionOption = Annotated[str | None, typer.Option(metavar="TEXT", help="Version of the data.")]
ResolutionOption = Annotated[str | None, typer.Option(metavar="DPI", help="Resolution of images, in dots per inch.")]
EncryptedOption = Annotated[
    bool, typer.Option("--encrypted", help="The data is encrypted; its key is delivered separately.")
]
LegalBasisOption = Annotated[
    list[str] | None,
    typer.Option(metavar="IRI", help="Legal basis of the disclosure, such as eu-gdpr:A6-1-e. May be repeated."),
]
MarkingOption = Annotated[
    Marking, typer.Option("--marking", help="Whether the data is about persons; requires --class personal.")
]
LiveOption = Annotated[bool, typer.Option("--live", help="The source changes continually.")]
SyntheticOption = Annotated[bool, typer.Option("--synthetic", help="The data is generated, not measured.")]
PublishOption = Annotated[bool, typer.Option("--publish", help="Publish the asset immediately.")]
ReleaseOption = Annotated[
    bool, typer.Option("--release", help="Release the asset: confirm that its personal data may be offered.")
]


def build_stated(
    *,
    language: list[str] | None,
    data_version: str | None,
    resolution: str | None,
    encrypted: bool,
    legal_basis: list[str] | None,
    marking: Marking,
) -> AssetStatement:
    """Return the facts about the data that the options state."""
    return AssetStatement(
        languages=tuple(language or ()),
        release=data_version,
        resolution=resolution,
        encrypted=encrypted,
        legal_basis=tuple(legal_basis or ()),
        marking=marking,
    )
