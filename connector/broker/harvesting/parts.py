"""What the readers of portals have in common: the parts that they yield, and the bounds of a whole portal."""

from typing import Any

import msgspec

from connector.broker.crawl import Bounds
from connector.ports.broker_store import Portal

PORTAL_BOUNDS = Bounds(
    pages=5_000, datasets=150_000, bytes=4 * 1024**3, elements=400_000_000, seconds=6 * 3600.0, patience=0.0
)
"""The limits of one portal: 100,000 datasets fit, with all their pages."""

DATASETS = 25
"""The datasets that are made at once, beside the event loop."""


class Described(msgspec.Struct, frozen=True):
    """A Dataset of a portal: its members in the names of DCAT-AP, and what tells its versions apart.

    `mark` is empty if only the members themselves tell that.
    """

    members: dict[str, Any]
    mark: str = ""


class PortalPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what a portal lists.

    `same` are the identifiers of entries that are as they were, `datasets` those that were read, `unusable` reasons,
    one for each other dataset. `size` and `elements` are the bytes of an answer and its values of JSON or statements of
    RDF. `portal` has new validators. `short` says in one sentence why the portal did not list all: then nothing is
    removed.
    """

    same: tuple[str, ...] = ()
    datasets: tuple[Described, ...] = ()
    unusable: tuple[str, ...] = ()
    size: int = 0
    elements: int = 0
    portal: Portal | None = None
    short: str | None = None


def make_mark(identifier: str, modified: str) -> str:
    """Return the mark of a dataset that a portal tells apart by its identifier and the time of its last change."""
    return f"{identifier}\n{modified}"
