"""Assets: what a participant offers.

A field of an asset is described here alone. What an owner states is in `AssetDescription`; the order, the view and the
stored entity (`ports.entities.Asset`) extend it.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from connector.views.common import LocalizedText
from connector.views.descriptions import Contact, CoveredPlace, CoveredTime, Organisation
from connector.views.self_descriptions import PushView

DEFAULT_MEDIA_TYPE = "application/octet-stream"


class AssetStatus(StrEnum):
    """A draft is visible to its owner only; a published asset is offered; a withdrawn one stays on record."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class DataClass(StrEnum):
    """How much protection the data needs. Personal data is published only after a person has released it."""

    OPEN = "open"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    PERSONAL = "personal"


class BrokerListing(StrEnum):
    """Whether the broker is told of an offer that not everybody may see: by its title, or only for who may see it."""

    NO = "no"
    TEASER = "teaser"
    RESTRICTED = "restricted"


class Marking(StrEnum):
    """Whether data is about persons: pseudonymised data still is (GDPR Recital 26), special categories are Art. 9."""

    NONE = "none"
    PERSONAL = "personal"
    PSEUDONYMISED = "pseudonymised"
    SPECIAL = "special"


RecordFormat = Literal[
    "csv", "json", "ndjson", "excel", "parquet", "shapefile", "geopackage", "geojson", "datex", "gtfs", "gtfs-rt"
]
"""Text with a header line (RFC 4180), a JSON array of objects, one JSON object per line (JSON is always UTF-8), or a
file that is read as a whole: a workbook, Parquet, a Shapefile, a GeoPackage, GeoJSON, parking in DATEX II, or a table
of GTFS or of GTFS Realtime."""
STREAMED: frozenset[str] = frozenset({"csv", "json", "ndjson"})
"""The record formats that are read piece by piece; a file of another one is read when all of it is there."""
RowForm = Literal["csv", "csv-excel", "json", "ndjson", "geojson", "parquet", "excel", "features"]
"""A form in which rows are taken; `csv-excel` is a CSV that Excel opens, `features` OGC API – Features."""
FORM_TYPES: Mapping[RowForm, str] = {
    "csv": "text/csv; charset=utf-8",
    "csv-excel": "text/csv; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "excel": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "features": "application/geo+json",
}
"""The media type of each form."""
Encoding = Literal[
    "",
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "windows-1252",
    "iso-8859-1",
    "iso-8859-15",
    "windows-1250",
    "cp850",
    "macintosh",
]
"""The encodings of a CSV; empty for UTF-8."""
RECORD_FORMATS: Mapping[str, RecordFormat] = {
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/geo+json": "geojson",
    "application/geo+json-seq": "geojson",
    "application/vnd.geo+json": "geojson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "excel",
    "application/vnd.ms-excel": "excel",
    "application/vnd.oasis.opendocument.spreadsheet": "excel",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.shp": "shapefile",
    "application/geopackage+sqlite3": "geopackage",
    "application/x-google-protobuf": "gtfs-rt",
    "application/x-protobuf": "gtfs-rt",
    "application/protobuf": "gtfs-rt",
}
"""The record format of a media type; data of another media type has records only if its owner describes them."""


def find_record_format(media_type: str) -> RecordFormat | None:
    """Return the record format of a media type, whose parameters do not matter, or None."""
    return RECORD_FORMATS.get(media_type.partition(";")[0].strip().lower())


_CHARSETS = {"utf-16-le": "utf-16le", "utf-16-be": "utf-16be", "cp850": "IBM850"}
"""The registered names of encodings (IANA) that have another name here."""


class Hierarchy(msgspec.Struct, frozen=True, kw_only=True):
    """A table that generalises values: each row names a value and what contains it, from the finest level upwards."""

    levels: Annotated[tuple[str, ...], Meta(description="Names of the levels, such as `Stadtteil`, `Stadtbezirk`.")]
    rows: Annotated[tuple[tuple[str, ...], ...], Meta(description="Rows with a value for each level.")]


class Records(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the data of an asset is read as records, and what its owner states about them."""

    format: Annotated[RecordFormat, Meta(description="Format of the data.")]
    delimiter: Annotated[str, Meta(description="Delimiter of a CSV (default: detected from the header line).")] = ""
    encoding: Annotated[Encoding, Meta(description="Encoding of a CSV (default: found when the asset is added).")] = ""
    decimal: Annotated[
        Literal["", ".", ","], Meta(description="Sign before the decimals of a number (default: found when added).")
    ] = ""
    thousands: Annotated[
        Literal["", ".", ",", " ", "'"],
        Meta(description="Sign between groups of three digits of a number (default: found when added)."),
    ] = ""
    certain: Annotated[
        tuple[str, ...],
        Meta(
            description="Fields whose numbers show these signs, as found when the asset was added; in other fields a "
            "number that can be read in two ways is not read. Empty if the signs are stated."
        ),
    ] = ()
    fields: Annotated[tuple[str, ...], Meta(description="Names of all fields; other fields are never delivered.")] = ()
    facts: Annotated[
        dict[str, str], Meta(description="Operand of a record, such as `dk:recordRegion`, to the field that holds it.")
    ] = {}
    subject: Annotated[
        str, Meta(description="Field that names the person; the consent register is read with its value.")
    ] = ""
    groups: Annotated[
        tuple[str, ...], Meta(description="Fields that can identify a person together; small groups are counted.")
    ] = ()
    measures: Annotated[tuple[str, ...], Meta(description="Fields with numbers that an aggregation adds up.")] = ()
    level: Annotated[str, Meta(description="What a record describes: record, household, block, district or city.")] = ""
    smallest_group: Annotated[int, Meta(ge=0, description="Size of the smallest group in the data, if known.")] = 0
    geometry: Annotated[
        tuple[str, ...],
        Meta(
            description="Field with the geometry as WKT or GeoJSON, or the fields of longitude and latitude "
            "(easting and northing); found when the asset is added."
        ),
    ] = ()
    crs: Annotated[
        str, Meta(description="Reference system of the coordinates, such as EPSG:25832 (default: that of the data).")
    ] = ""
    time: Annotated[str, Meta(description="Field with the time of a record; found when the asset is added.")] = ""
    hierarchies: Annotated[
        dict[str, Hierarchy],
        Meta(description="Field to the table by which its values are generalised with the precision `level-NAME`."),
    ] = {}
    table: Annotated[
        str, Meta(max_length=100, description="Table of GTFS, such as `trips`, or of GTFS Realtime, such as `updates`.")
    ] = ""


class AssetStatement(msgspec.Struct, frozen=True, kw_only=True):
    """What the controller of the data states about it; policies can refer to it."""

    languages: Annotated[tuple[str, ...], Meta(description="Languages of the data, such as `de` (BCP 47).")] = ()
    release: Annotated[str | None, Meta(description="Version of the data.")] = None
    resolution: Annotated[str | None, Meta(description="Resolution of images, in dots per inch.")] = None
    encrypted: Annotated[bool, Meta(description="The data is encrypted; the key is delivered separately.")] = False
    legal_basis: Annotated[
        tuple[str, ...], Meta(description="Legal bases of the disclosure, such as `eu-gdpr:A6-1-e`.")
    ] = ()
    marking: Annotated[Marking, Meta(description="Whether the data is about persons.")] = Marking.NONE


class AssetDescription(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner of an asset states about it; titles and descriptions by language tag."""

    title: Annotated[LocalizedText, Meta(description="Title by language, such as `de`.")]
    description: Annotated[LocalizedText, Meta(description="Description by language.")] = {}
    keywords: Annotated[tuple[str, ...], Meta(description="Keywords for the search.")] = ()
    themes: Annotated[tuple[str, ...], Meta(description="Themes, as IRIs or codes such as `TRAN`.")] = ()
    media_type: Annotated[str, Meta(description="Media type of the data.")] = DEFAULT_MEDIA_TYPE
    data_class: Annotated[DataClass, Meta(description="How much protection the data needs.")] = DataClass.INTERNAL
    live: Annotated[bool, Meta(description="The source changes continuously.")] = False
    synthetic: Annotated[bool, Meta(description="The data is generated, not measured.")] = False
    licence: Annotated[
        str | None, Meta(description="Licence of the data: a code of DCAT-AP.de such as `cc-by/4.0`, or an IRI.")
    ] = None
    publisher: Annotated[
        Organisation | None, Meta(description="Organisation that publishes the data (default: the participant).")
    ] = None
    contact: Annotated[
        Contact | None, Meta(description="Contact for questions about the data (default: that of the settings).")
    ] = None
    place: Annotated[CoveredPlace | None, Meta(description="Area that the data is about.")] = None
    period: Annotated[CoveredTime | None, Meta(description="Time that the data is about.")] = None
    frequency: Annotated[
        str | None, Meta(description="How often the data is updated: a code of the EU such as `DAILY`.")
    ] = None
    format: Annotated[
        str | None,
        Meta(description="File type of the data: a code of the EU such as `GTFS` (default: by the media type)."),
    ] = None
    hvd: Annotated[
        tuple[str, ...], Meta(description="Categories of high-value datasets in the EU, such as `mobility`.")
    ] = ()
    legislation: Annotated[tuple[str, ...], Meta(description="Legislation that requires the data, as IRIs (ELI).")] = ()
    issued: Annotated[
        str | None, Meta(description="When the data was first published, as `2026-05-01` (default: here).")
    ] = None
    modified: Annotated[str | None, Meta(description="When the data was last changed, as `2026-05-01`.")] = None
    landing_page: Annotated[str | None, Meta(description="Web page about the data.")] = None
    documentation: Annotated[tuple[str, ...], Meta(description="Web pages with the documentation of the data.")] = ()
    conforms_to: Annotated[tuple[str, ...], Meta(description="Standards that the data follows, as IRIs.")] = ()
    at_broker: Annotated[
        BrokerListing,
        Meta(
            description="What the broker shows of an offer with an access policy: nothing, to others a teaser (title, "
            "publisher and access policy), or all to those whom the access policy admits and nothing to others."
        ),
    ] = BrokerListing.NO
    forms: Annotated[
        tuple[RowForm, ...],
        Meta(description="Forms in which the consumer can take the rows, besides the data as it is: csv, geojson, …"),
    ] = ()
    stated: Annotated[AssetStatement, Meta(description="What policies can refer to.")] = AssetStatement()
    records: Annotated[
        Records | None, Meta(description="How the data is read as records (default: by media type for CSV and JSON).")
    ] = None


def state_encoding(asset: AssetDescription) -> str:
    """Return the media type of an asset with the encoding that its text is in, if it is known not to be UTF-8.

    >>> records = Records(format="csv", encoding="cp850")
    >>> state_encoding(AssetDescription(title={}, media_type="text/csv", records=records))
    'text/csv; charset=IBM850'
    """
    encoding = asset.records.encoding if asset.records and asset.records.format == "csv" else ""
    known = asset.media_type
    if not encoding or known == DEFAULT_MEDIA_TYPE or "charset=" in known.lower():
        return known
    return f"{known}; charset={_CHARSETS.get(encoding, encoding)}"


class AssetOrder(AssetDescription, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A new asset."""

    example: ClassVar[dict[str, Any]] = {
        "title": {"de": "Luftqualität am Marktplatz", "en": "Air quality at the market square"},
        "source": {"kind": "file", "path": "air/2026-05.csv"},
        "keywords": ["Luft", "air"],
        "media_type": "text/csv",
        "data_class": "open",
        "licence": "dl-by-de/2.0",
    }

    source: Annotated[
        dict[str, Any], Meta(description='Address of the data, such as `{"kind": "file", "path": "air.csv"}`.')
    ]
    id: Annotated[str | None, Meta(description="Identifier of the dataset (default: a new one).")] = None
    policy: Annotated[
        dict[str, Any] | None, Meta(description="ODRL Offer (default: all participants can use the data).")
    ] = None
    access: Annotated[
        dict[str, Any] | None, Meta(description="Policy that decides who sees the offer (default: all participants).")
    ] = None
    unchecked: Annotated[bool, Meta(description="Do not try the source before the asset is added.")] = False
    reservation: Annotated[
        dict[str, Any] | None,
        Meta(description="Private policy up to which the provider agrees without asking a person; no peer sees it."),
    ] = None


class AssetEditOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A change of an asset."""

    example: ClassVar[dict[str, Any]] = {"change": {"title": {"de": "Luftqualität am Rathaus"}, "licence": None}}

    change: Annotated[
        dict[str, Any],
        Meta(
            description="New values of members, as in a new asset; null resets a member to its default, or removes "
            "the text of a language. Members that are not named stay as they are, also those of `title`, "
            "`description`, `stated`, `publisher`, `contact`, `place` and `period`."
        ),
    ]
    release: Annotated[
        bool, Meta(description="A person has released the personal data; needs a key with the scope `admin`.")
    ] = False


class VetoView(msgspec.Struct, frozen=True, kw_only=True):
    """The veto against a release: by whom, when and why. While there is one, nobody publishes the asset."""

    by: str
    at: datetime
    reason: str


class AssetView(AssetDescription, frozen=True, kw_only=True):
    """An asset. Its `source` shows no member that can hold a secret; `hidden` names the members left out."""

    id: str
    status: AssetStatus
    source: dict[str, Any]
    policy: dict[str, Any]
    access: dict[str, Any] | None = None
    reservation: dict[str, Any] | None = None
    offer_id: str
    remarks: Annotated[tuple[LocalizedText, ...], Meta(description="Warnings about the offer, by language.")] = ()
    waiting: Annotated[int, Meta(description="Requests on it that wait for a person; not counted in a list.")] = 0
    broker: Annotated[
        PushView | None, Meta(description="What became of its self-description at the broker; not in a list.")
    ] = None
    veto: VetoView | None = None
    created_at: datetime
    updated_at: datetime


class AssetWithdrawOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The end of an offer; with `end_agreements` the agreements end too, and the consumers receive the reason."""

    end_agreements: Annotated[bool, Meta(description="Withdraw from the agreements on the asset too.")] = False
    reason: Annotated[str, Meta(max_length=1000, description="Reason for the consumers.")] = ""


class PublishOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The publication of an asset."""

    release: Annotated[
        bool, Meta(description="A person has released the personal data; needs a key with the scope `admin`.")
    ] = False


class WithdrawnAssetView(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawn asset, with the numbers of its valid agreements, running transfers and waiting requests.

    `ended` is how many agreements ended with it.
    """

    asset: AssetView
    agreements: int
    running: int
    waiting: int = 0
    ended: int = 0
