"""The kinds of sources and sinks: one line each. A new kind is its own file and one line here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from connector.dataplane.sinks.file import FileSink
from connector.dataplane.sinks.http import HttpSink
from connector.dataplane.sources.file import FileSource
from connector.dataplane.sources.http import HttpSource
from connector.net.client import GuardedClient
from connector.ports.flow import Sink, Source


@dataclass(frozen=True)
class Site:
    """What kinds are built from: the folders files are served from and arrive in, and the client for own backends."""

    source_root: Path | None
    sink_root: Path | None
    backends: GuardedClient


SOURCES: Mapping[str, Callable[[Site], Source]] = {
    "file": lambda site: FileSource(site.source_root),
    "http": lambda site: HttpSource(site.backends),
}

SINKS: Mapping[str, Callable[[Site], Sink]] = {
    "file": lambda site: FileSink(site.sink_root),
    "http": lambda site: HttpSink(site.backends),
}


def build_sources(site: Site) -> dict[str, Source]:
    """Build every kind of source."""
    return {kind: build(site) for kind, build in SOURCES.items()}


def build_sinks(site: Site) -> dict[str, Sink]:
    """Build every kind of sink."""
    return {kind: build(site) for kind, build in SINKS.items()}
