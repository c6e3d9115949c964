"""The kinds of sources, sinks and transforms: one line each. A new kind is its own file and one line here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from connector.dataplane.sinks.file import FileSink
from connector.dataplane.sinks.http import HttpSink
from connector.dataplane.sources.file import FileSource
from connector.dataplane.sources.http import HttpSource
from connector.dataplane.transforms.aggregate import Aggregate
from connector.dataplane.transforms.drop import Drop
from connector.dataplane.transforms.generalise import Generalise
from connector.dataplane.transforms.pseudonymise import Pseudonymise
from connector.dataplane.transforms.suppress import Suppress
from connector.net.client import GuardedClient
from connector.policy.vocabulary.registry import Registry
from connector.ports.entities import Flow
from connector.ports.flow import Sink, Source, Transform, Untreatable
from connector.ports.secret import Secret
from connector.ports.treatment import TransformStep


@dataclass(frozen=True)
class Site:
    """What kinds are built from: the folders files are served from and arrive in, and the client for own backends."""

    source_root: Path | None
    sink_root: Path | None
    backends: GuardedClient


@dataclass(frozen=True)
class Treating:
    """What treating records takes: the secret that keys are made of, and the operands that a row filter names."""

    secret: Secret
    operands: Registry


SOURCES: Mapping[str, Callable[[Site], Source]] = {
    "file": lambda site: FileSource(site.source_root),
    "http": lambda site: HttpSource(site.backends),
}

SINKS: Mapping[str, Callable[[Site], Sink]] = {
    "file": lambda site: FileSink(site.sink_root),
    "http": lambda site: HttpSink(site.backends),
}

# A transform is made from its step and the key of the agreement.
TRANSFORMS: Mapping[str, Callable[[TransformStep, bytes], Transform]] = {
    "drop": lambda step, _key: Drop(step),
    "generalise": lambda step, _key: Generalise(step),
    "pseudonymise": Pseudonymise,
    "aggregate": lambda step, _key: Aggregate(step),
    "suppress": lambda step, _key: Suppress(step),
}


def build_sources(site: Site) -> dict[str, Source]:
    """Build every kind of source."""
    return {kind: build(site) for kind, build in SOURCES.items()}


def build_sinks(site: Site) -> dict[str, Sink]:
    """Build every kind of sink."""
    return {kind: build(site) for kind, build in SINKS.items()}


def build_transforms(steps: Iterable[TransformStep], secret: Secret, flow: Flow) -> list[Transform]:
    """Build the transforms of one delivery, in order. Raises Untreatable for one that is not known here."""
    found = []
    for step in steps:
        build = TRANSFORMS.get(step.name)
        if build is None:
            raise Untreatable(f"There is no transform {step.name[:50]!r} here: the data cannot leave as agreed.")
        found.append(build(step, secret.key(step.name, flow.owner, flow.agreement_id)))
    return found
