"""The kinds of sources, streams, sinks and transforms.

A source, a source of streams or a sink is one file and its line here. A transform is one file and its row in
`policies/operands.toml`, which names the module and is read by the control plane too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path

from connector.dataplane.address.secrets import SecretReader, refuse_secret
from connector.dataplane.backends.notices import Notices
from connector.dataplane.portals.ngsi_ld import NGSI_LD
from connector.dataplane.portals.observing import OBSERVATIONS
from connector.dataplane.portals.ogcapi import OGCAPI
from connector.dataplane.portals.sensorthings import SENSORTHINGS
from connector.dataplane.portals.wfs import WFS
from connector.dataplane.sinks.file import FileSink
from connector.dataplane.sinks.http import HttpSink
from connector.dataplane.sinks.mqtt import MqttSink
from connector.dataplane.sinks.nats import NatsSink
from connector.dataplane.sinks.s3 import S3Sink
from connector.dataplane.sinks.sftp import SftpSink
from connector.dataplane.sinks.sql import SqlSink
from connector.dataplane.sources.ckan import CkanSource
from connector.dataplane.sources.file import FileSource
from connector.dataplane.sources.http import HttpSource
from connector.dataplane.sources.ngsi_ld import NgsiLdStream
from connector.dataplane.sources.portal import PortalSource
from connector.dataplane.sources.recipe import RecipeSource
from connector.dataplane.sources.s3 import S3Source
from connector.dataplane.sources.sftp import SftpSource
from connector.dataplane.sources.sql import SqlSource
from connector.dataplane.treating.delivery import BuildTransform, Treating
from connector.net.client import GuardedClient
from connector.net.own.brokers import Brokers
from connector.net.own.servers import Servers
from connector.net.tls import TrustAnchors
from connector.policy.vocabulary.registry import Registry
from connector.ports.flow import Sink, Source, SourceError
from connector.ports.secret import Secret
from connector.ports.streams import StreamSource


@dataclass(frozen=True)
class Site:
    """The values that sources and sinks are built from.

    `source_root` contains the files that are served, `sink_root` those that are received; `backends` is the client for
    the operator's own backends, `brokers` finds the operator's own message brokers, `servers` its other servers.
    `secrets` has what `[[secrets]]` of the settings lists, `tls` the trust anchors for what is not HTTP. `results`
    contains the products, `notices` the places at which context brokers tell changes.
    """

    source_root: Path | None
    sink_root: Path | None
    backends: GuardedClient
    secrets: SecretReader = refuse_secret
    tls: TrustAnchors = field(default_factory=TrustAnchors)
    brokers: Brokers | None = None
    servers: Servers | None = None
    results: Path | None = None
    notices: Notices | None = None


SOURCES: Mapping[str, Callable[[Site], Source]] = {
    "ckan": lambda site: CkanSource(site.backends, site.secrets),
    "file": lambda site: FileSource(site.source_root),
    "http": lambda site: HttpSource(site.backends, site.secrets),
    "ngsi-ld": lambda site: PortalSource(NGSI_LD, site.backends, site.secrets),
    "ogcapi": lambda site: PortalSource(OGCAPI, site.backends, site.secrets),
    "recipe": lambda site: RecipeSource(FileSource(site.results)),
    "s3": lambda site: S3Source(site.secrets),
    "sensorthings": lambda site: PortalSource(SENSORTHINGS, site.backends, site.secrets),
    "sftp": lambda site: SftpSource(site.servers, site.secrets),
    "sql": lambda site: SqlSource(site.source_root, site.secrets, site.tls),
    "wfs": lambda site: PortalSource(WFS, site.backends, site.secrets),
}

STREAMS: Mapping[str, Callable[[Site, Brokers], StreamSource]] = {
    "kafka": lambda _, brokers: _load("kafka", "KafkaSource")(brokers),
    "mqtt": lambda _, brokers: _load("mqtt", "MqttSource")(brokers),
    "nats": lambda _, brokers: _load("nats", "NatsSource")(brokers),
    "ngsi-ld-subscription": lambda site, _: NgsiLdStream(site.backends, site.secrets, site.notices),
    "sensorthings-mqtt": lambda _, brokers: _load("mqtt", "MqttSource")(brokers, OBSERVATIONS),
}
"""How each kind of stream is built. The client of a broker is an extra, and its module loads with its first use."""

SINKS: Mapping[str, Callable[[Site], Sink]] = {
    "file": lambda site: FileSink(site.sink_root),
    "http": lambda site: HttpSink(site.backends),
    "mqtt": lambda site: MqttSink(site.brokers),
    "nats": lambda site: NatsSink(site.brokers),
    "s3": lambda site: S3Sink(site.secrets),
    "sftp": lambda site: SftpSink(site.servers, site.secrets),
    "sql": lambda site: SqlSink(site.sink_root, site.secrets, site.tls),
}


def build_sources(site: Site) -> dict[str, Source]:
    """Build every kind of source."""
    return {kind: build(site) for kind, build in SOURCES.items()}


def build_streams(site: Site) -> Mapping[str, Callable[[], StreamSource]]:
    """Return how to build each kind of stream; a kind raises SourceError while its client is not installed."""
    brokers = site.brokers
    if brokers is None:
        return {}
    return {kind: partial(build, site, brokers) for kind, build in STREAMS.items()}


def _load(module: str, name: str) -> Callable[..., StreamSource]:
    try:
        loaded: Callable[..., StreamSource] = getattr(import_module(f"connector.dataplane.sources.{module}"), name)
    except ModuleNotFoundError as error:
        raise SourceError(
            f"The client for {module} is not installed: install Datenkontor with the extra `streams`."
        ) from error
    return loaded


def build_sinks(site: Site) -> dict[str, Sink]:
    """Build every kind of sink."""
    return {kind: build(site) for kind, build in SINKS.items()}


def make_treating(secret: Secret, operands: Registry) -> Treating:
    """Return the values for treating records, with all transforms of the registry."""
    return Treating(secret, operands, load_transforms(operands))


def load_transforms(operands: Registry) -> dict[str, BuildTransform]:
    """Return the function `build` of every transform in the registry, by name. Raises ImportError for a missing one."""
    folder = "connector.dataplane.transforms"
    return {name: import_module(f"{folder}.{name}").build for name in operands.by_transform}
