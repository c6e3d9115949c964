"""Portals whose datasets a broker lists as references."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

PORTAL_NAME = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
PORTAL_URL = r"^https?://[^\s/?#@]+(/[^\s?#]*)?(\?[^\s#]*)?$"


class PortalKind(StrEnum):
    """How a portal is read: by the action API of CKAN, or by its catalogue in RDF (DCAT-AP)."""

    CKAN = "ckan"
    DCAT = "dcat"


class PortalOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A portal to harvest."""

    example: ClassVar[dict[str, Any]] = {
        "name": "musterstadt",
        "kind": "ckan",
        "url": "https://opendata.musterstadt.example",
        "title": "Offene Daten Musterstadt",
    }

    name: Annotated[
        str, Meta(pattern=PORTAL_NAME, description="Short name of the portal: small letters, digits and hyphens.")
    ]
    kind: Annotated[PortalKind, Meta(description="How the portal is read.")]
    url: Annotated[
        str,
        Meta(
            pattern=PORTAL_URL,
            max_length=2048,
            description="Address of the portal (`ckan`), or of its catalogue in RDF (`dcat`).",
        ),
    ]
    title: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None,
        Meta(description="Name that people read; if omitted, the short name."),
    ] = None


class PortalView(msgspec.Struct, frozen=True, kw_only=True):
    """A portal and the state of its harvest. `configured` is true if it stands in the settings of the broker.

    `verified_at` is the time of the last complete harvest, `next_at` that of the next one.
    """

    name: str
    kind: PortalKind
    url: str
    title: str
    configured: bool
    liveness: str
    datasets: int
    failures: int = 0
    verified_at: datetime | None = None
    failing_since: datetime | None = None
    next_at: datetime | None = None
    error: str | None = None


class PortalsView(msgspec.Struct, frozen=True, kw_only=True):
    """The portals of a broker, ordered by name."""

    items: tuple[PortalView, ...]
