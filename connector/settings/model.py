"""The settings of one process as typed values: sections, fields, defaults and their descriptions.

Each field has its description beside it. docs/settings.md, the commented file of `init` and the error sentences are
made from these descriptions.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from connector.ports.entities import DataClass
from connector.protocol.dsp.paths import BASE_PATH
from connector.settings.identity import IdentitySettings
from connector.settings.issuing import AuthoritySettings, IssuerSettings
from connector.settings.kinds import (
    Count,
    Email,
    Location,
    Meta,
    Origin,
    PeerPort,
    Port,
    PortalName,
    PortalUrl,
    Prefix,
    Seconds,
    Section,
    ShortText,
    Telephone,
    Url,
)
from connector.settings.naming import NameSettings, list_labels
from connector.settings.people import MailSettings, WebSettings
from connector.settings.signaling import SignalingSettings
from connector.settings.sources import SecretSettings
from connector.settings.store import StoreSettings
from connector.views.portals import PortalKind

DEFAULT_ZONE = "UTC"
"""The zone of settings that name none."""
LOCAL_ZONE = "Europe/Berlin"
"""The zone that `init` writes, and of the commands that read policies without a connector."""


class SettingsError(Exception):
    """The settings cannot be used; the message is one sentence that names the setting and its file or variable."""


class Mode(StrEnum):
    """Production refuses settings that are for tests only."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"


class ParticipantSettings(Section, frozen=True, kw_only=True):
    """The participant that runs this connector."""

    id: Annotated[ShortText, Meta(description="Identifier of the participant, as in the participant list.")]
    name: Annotated[ShortText, Meta(description="Name of the participant, for people.")]
    email: Annotated[
        Email | None, Meta(description="E-mail address for questions about offers that state no contact.")
    ] = None
    telephone: Annotated[
        Telephone | None, Meta(description="Telephone number for questions about offers that state no contact.")
    ] = None
    web_page: Annotated[Url | None, Meta(description="Web page for questions about offers that state no contact.")] = (
        None
    )


class ProtocolSettings(Section, frozen=True, kw_only=True):
    """The listener for other connectors (Dataspace Protocol)."""

    public_url: Annotated[
        Origin, Meta(description="Public URL of this listener: scheme, host and port, without the path.")
    ]
    host: Annotated[ShortText, Meta(description="Address on which the listener accepts requests.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port of the listener; 0 selects a free port.")] = 7080
    path: Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9._~-]+)*\Z", description="Path of the protocol's endpoints.")] = (
        BASE_PATH
    )


class DataSettings(Section, frozen=True, kw_only=True):
    """The listener of the data plane: data is pulled and pushed through it."""

    host: Annotated[ShortText, Meta(description="Address on which the listener accepts requests.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port of the listener; 0 selects a free port.")] = 7081
    public_url: Annotated[
        Url | None, Meta(description="Public URL of this listener; if omitted, its own address and port.")
    ] = None
    accel: Annotated[
        Prefix | None,
        Meta(
            description="Internal location of a proxy that sends files itself, such as `/stored`; "
            "if omitted, the connector sends them."
        ),
    ] = None


class KeySettings(Section, frozen=True, kw_only=True):
    """A key of the management API; only its hash is stored."""

    id: Annotated[ShortText, Meta(description="Name of the key; it appears in the log.")]
    sha256: Annotated[
        str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="SHA-256 of the key, in lower-case hexadecimal digits.")
    ]
    scopes: Annotated[
        tuple[Literal["read", "write", "admin"], ...],
        Meta(description="Scopes of the key: `read`, `write`, `admin`; each includes the ones before it."),
    ] = ("read",)

    def __repr__(self) -> str:
        """Show the key's name and scopes, never its hash."""
        return f"Key(id={self.id!r}, scopes={self.scopes!r})"


class ManagementSettings(Section, frozen=True, kw_only=True):
    """The listener of the management API, for staff and their programs."""

    host: Annotated[
        ShortText, Meta(description="Address on which the listener accepts requests; do not expose it to the internet.")
    ] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port of the listener; 0 selects a free port.")] = 7082
    keys: Annotated[
        tuple[KeySettings, ...], Meta(description="Keys of the API, each with `id`, `sha256` and `scopes`.")
    ] = ()


LISTED_MECHANISMS = frozenset({"roster", "dcp"})
"""The identity mechanisms that rely on the signed participant list; the others are for tests."""


class DataOriginSettings(Section, frozen=True, kw_only=True):
    """Data planes of one participant that the participant list does not contain."""

    participant: Annotated[ShortText, Meta(description="Identifier of the participant.")]
    urls: Annotated[tuple[Url, ...], Meta(description="URLs of its data planes or stores: scheme, host and port.")]


class NetSettings(Section, frozen=True, kw_only=True):
    """Allowed connections to peers, and TLS. By default, only https to port 443 of public addresses is allowed."""

    ports: Annotated[tuple[PeerPort, ...], Meta(description="Allowed ports of public hosts.")] = (443,)
    networks: Annotated[
        tuple[str, ...], Meta(description="Networks (CIDR) that are allowed although they are not public.")
    ] = ()
    hosts: Annotated[
        tuple[str, ...],
        Meta(description="Hosts (`host:port` or `host:*`) that are allowed although they are not public."),
    ] = ()
    plain_http: Annotated[
        tuple[str, ...],
        Meta(description="Hosts (`host:port` or `host:*`) to which connections without TLS are allowed."),
    ] = ()
    data_origins: Annotated[
        tuple[DataOriginSettings, ...],
        Meta(
            description="Data planes of participants that the participant list does not contain, each with "
            "`participant` and `urls`; data is sent to and fetched from listed origins only."
        ),
    ] = ()
    proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Networks (CIDR) of proxies in front of the listeners, whose addresses stand for many callers."
        ),
    ] = ("127.0.0.0/8", "::1/128")
    ca: Annotated[
        Path | None, Meta(description="Trust anchors (PEM) for connections to peers; if omitted, those of the system.")
    ] = None
    certificate: Annotated[
        Path | None, Meta(description="Certificate chain (PEM) of the listeners; if omitted, plain HTTP.")
    ] = None
    key: Annotated[Path | None, Meta(description="Private key (PEM) that belongs to `certificate`.")] = None


class LimitSettings(Section, frozen=True, kw_only=True):
    """Limits for requests of peers and for messages to peers."""

    open_per_peer: Annotated[Count, Meta(description="Maximum number of open processes per peer.")] = 1000
    held_per_peer: Annotated[
        Count, Meta(description="Maximum number of negotiations of one peer that wait for a person.")
    ] = 100
    page: Annotated[Count, Meta(description="Number of entries on a page of a listing or catalogue.")] = 50
    page_most: Annotated[Count, Meta(description="Maximum number of entries on a page.")] = 500
    retry_base_seconds: Annotated[
        Seconds, Meta(description="First pause before another attempt to reach a peer, in seconds.")
    ] = 0.25
    retry_most_seconds: Annotated[
        Seconds, Meta(description="Longest pause before another attempt to reach a peer, in seconds.")
    ] = 300.0
    refusals: Annotated[
        Count, Meta(description="Number of times a refused message is sent again before the process is terminated.")
    ] = 4
    owed_for_seconds: Annotated[
        Seconds,
        Meta(description="Time until a process with an undeliverable pending message is terminated, in seconds."),
    ] = 604_800.0
    look_seconds: Annotated[
        Seconds, Meta(description="Interval at which a consumer requests the state of an active transfer, in seconds.")
    ] = 60.0
    lease_seconds: Annotated[Seconds, Meta(description="Longest duration of one lease, in seconds.")] = 300.0
    concurrency: Annotated[Count, Meta(description="Maximum number of concurrent messages to one peer.")] = 64
    connections: Annotated[Count, Meta(description="Maximum number of connections to one listener.")] = 512
    connections_per_address: Annotated[
        Count, Meta(description="Maximum number of connections from one address to one listener.")
    ] = 128
    held_bytes: Annotated[
        Count, Meta(description="Maximum memory for large messages of peers that are arriving, in bytes.")
    ] = 33_554_432
    requests_per_second: Annotated[
        Seconds, Meta(description="Number of requests per second from one peer; more are refused with 503.")
    ] = 2000.0
    failures_per_second: Annotated[
        Seconds,
        Meta(description="Number of requests per second from one address without a valid proof; more are refused."),
    ] = 20.0


class LoggingSettings(Section, frozen=True, kw_only=True):
    """The log, which is written to standard error."""

    format: Annotated[
        Literal["human", "json"],
        Meta(description="Format of the log: `human` for a terminal, `json` for a log collector."),
    ] = "human"
    level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="Lowest level that is logged.")] = (
        "info"
    )


class PortalSettings(Section, frozen=True, kw_only=True):
    """A portal whose datasets a broker lists as references."""

    name: Annotated[PortalName, Meta(description="Short name of the portal: small letters, digits and hyphens.")]
    kind: Annotated[PortalKind, Meta(description="How the portal is read.")]
    url: Annotated[PortalUrl, Meta(description="Address of the portal (`ckan`), or of its catalogue in RDF (`dcat`).")]
    title: Annotated[ShortText | None, Meta(description="Name that people read; if omitted, the short name.")] = None


class ReaderSettings(Section, frozen=True, kw_only=True):
    """Another broker that reads this one, and is told when something has changed."""

    participant: Annotated[ShortText, Meta(description="Participant identifier of the other broker.")]
    api: Annotated[Url, Meta(description="URL of its search API, which takes change notices.")]


class BrokerSettings(Section, frozen=True, kw_only=True):
    """The broker that answers searches; and the settings of a process that is a broker."""

    participant: Annotated[
        ShortText | None, Meta(description="Participant identifier of the broker that answers searches.")
    ] = None
    api: Annotated[Url | None, Meta(description="URL of the search API of that broker.")] = None
    host: Annotated[ShortText, Meta(description="As a broker: address of the listener of the search API.")] = (
        "127.0.0.1"
    )
    port: Annotated[
        Port, Meta(description="As a broker: port of the listener of the search API; 0 selects a free port.")
    ] = 7083
    record: Annotated[Path, Meta(description="As a broker: SQLite file of its record.")] = Path("record.sqlite")
    crawl_seconds: Annotated[
        Seconds, Meta(description="As a broker: interval at which each catalogue is crawled, in seconds.")
    ] = 600.0
    public_url: Annotated[
        Url | None,
        Meta(
            description="As a broker: public URL of the listener of the search API, for links in what it publishes; "
            "if omitted, the host of the protocol with `broker.port`."
        ),
    ] = None
    sparql: Annotated[
        bool,
        Meta(
            description="As a broker: keep a graph beside the record, and answer SPARQL at `/sparql`. It takes more "
            "memory, disk and processor than all else of a broker."
        ),
    ] = False
    statistics: Annotated[
        bool,
        Meta(
            description="As a broker: count the searches of each day, and the words that at least five participants "
            "searched for on one day; nothing is kept about who searched."
        ),
    ] = True
    open: Annotated[
        bool,
        Meta(
            description="As a broker: answer searches, and publish catalogue, feeds and SPARQL, to everybody without a "
            "token; the rate of an address is `limits.failures_per_second`."
        ),
    ] = False
    relays: Annotated[
        tuple[ShortText, ...],
        Meta(
            description="As a broker: participant identifiers of other brokers on the participant list; what they "
            "list of participants that are not on it is listed too."
        ),
    ] = ()
    readers: Annotated[
        tuple[ReaderSettings, ...],
        Meta(
            description="As a broker: other brokers that read this one, each with `participant` and `api`; they are "
            "told of changes, so that what is withdrawn here is soon gone there.",
            max_length=16,
        ),
    ] = ()
    portals: Annotated[
        tuple[PortalSettings, ...],
        Meta(
            description="As a broker: portals whose datasets are listed as references, each with `name`, `kind` "
            "(`ckan` or `dcat`), `url` and, for people, `title`."
        ),
    ] = ()


class TenantsSettings(Section, frozen=True, kw_only=True):
    """Other participants in the process of this one: departments, small firms, clubs."""

    folder: Annotated[
        Path | None,
        Meta(description="Folder with one folder for each tenant, and the list of them; if omitted, there are none."),
    ] = None


class DelegatedTier(StrEnum):
    """The party that keeps a constraint that this connector cannot enforce."""

    CONSUMER = "consumer"
    ORGANISATIONAL = "organisational"


class Settings(Section, frozen=True, kw_only=True):
    """All settings of one process."""

    participant: ParticipantSettings
    protocol: ProtocolSettings
    mode: Annotated[Mode, Meta(description="`production`; or `development`, which allows settings for tests.")] = (
        Mode.PRODUCTION
    )
    data_root: Annotated[
        Path | None,
        Meta(
            description="Folder from which sources of the kind `file` can read; if omitted, such sources are refused."
        ),
    ] = None
    received: Annotated[Path, Meta(description="Folder for received data.")] = Path("received")
    derived: Annotated[Path, Meta(description="Folder for the results of recipes.")] = Path("derived")
    zone: Annotated[
        ShortText,
        Meta(
            description="Zone of the days and times of the day in policies that state none, by its IANA name, such as "
            "`Europe/Berlin`."
        ),
    ] = DEFAULT_ZONE
    received_days: Annotated[
        Seconds | None,
        Meta(description="Days after which received files are removed; if omitted, they stay until they are cleaned."),
    ] = None
    partial_days: Annotated[
        Seconds,
        Meta(
            description="Days after which the bytes of a delivery that is not complete are removed, and uploads of "
            "offers that nobody has gone on with."
        ),
    ] = 30.0
    approve: Annotated[
        tuple[DataClass, ...],
        Meta(description="Data classes with approval by a person: `open`, `internal`, `confidential`, `personal`."),
    ] = (DataClass.CONFIDENTIAL, DataClass.PERSONAL)
    accept: Annotated[
        tuple[DelegatedTier, ...],
        Meta(
            description="Parties that can keep a constraint instead of this connector: `consumer` (the consumer, by "
            "its own means), `organisational` (the agreement alone). Such constraints are labelled; if omitted, "
            "they are refused."
        ),
    ] = ()
    secrets: Annotated[
        tuple[SecretSettings, ...],
        Meta(
            description="Secrets that sources of data use, each with `name`, `hosts`, and `secret_file` or "
            "`secret_variable`; assets refer to them by name."
        ),
    ] = ()
    names: Annotated[
        tuple[NameSettings, ...],
        Meta(
            description="What people call the groups, roles and other values that claims of participants have, each "
            "with `value`, and `de` or `en`."
        ),
    ] = ()
    data: DataSettings = DataSettings()
    management: ManagementSettings = ManagementSettings()
    web: WebSettings = WebSettings()
    mail: MailSettings = MailSettings()
    signaling: SignalingSettings = SignalingSettings()
    store: StoreSettings = StoreSettings()
    identity: IdentitySettings = IdentitySettings()
    authority: AuthoritySettings = AuthoritySettings()
    issuer: IssuerSettings = IssuerSettings()
    net: NetSettings = NetSettings()
    limits: LimitSettings = LimitSettings()
    logging: LoggingSettings = LoggingSettings()
    broker: BrokerSettings = BrokerSettings()
    tenants: TenantsSettings = TenantsSettings()

    @property
    def labels(self) -> dict[str, dict[str, str]]:
        """What people call values of claims, by value and language."""
        return list_labels(self.names)


def anchor(settings: Settings, base: Path) -> Settings:
    """Return the settings with each relative path resolved against `base`."""
    anchored: Settings = _anchor(settings, base)
    return anchored


def _anchor(value: Any, base: Path) -> Any:
    if isinstance(value, Path):
        return base / value
    if isinstance(value, Location):
        return value if "://" in value else Location(base / value)
    if isinstance(value, tuple):
        return tuple(_anchor(entry, base) for entry in value)
    if isinstance(value, Section):
        return type(value)(**{name: _anchor(getattr(value, name), base) for name in value.__struct_fields__})
    return value
