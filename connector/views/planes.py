"""Data planes in processes of their own, as people and programs see them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from connector.views.common import Name


class PlaneState(StrEnum):
    """Whether a data plane takes new flows, or keeps those that it has until they end."""

    ACTIVE = "active"
    DRAINING = "draining"


class DataPlaneOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A data plane that is registered. One of Datenkontor needs its address and a key of it; others state the rest."""

    example: ClassVar[dict[str, Any]] = {"endpoint": "https://plane.example:7084", "key": "…", "labels": ["sensors"]}

    endpoint: Annotated[
        str, Meta(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$", max_length=2048, description="URL of its signaling.")
    ]
    key: Annotated[
        Annotated[str, Meta(max_length=500)] | None,
        Meta(description="Management key of a data plane of Datenkontor, with the scope `admin`; it is not stored."),
    ] = None
    id: Annotated[Name | None, Meta(description="Identifier of another data plane.")] = None
    profiles: Annotated[
        tuple[Name, ...], Meta(max_length=50, description="Transfer profiles that another data plane supports.")
    ] = ()
    keys: Annotated[
        dict[str, Any] | None, Meta(description="JSON Web Key Set that verifies the tokens of another data plane.")
    ] = None
    labels: Annotated[tuple[Name, ...], Meta(max_length=50, description="Labels by which assets choose it.")] = ()


class DrainOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Whether a data plane gets no new flows."""

    drain: Annotated[bool, Meta(description="True: it gets no new flows; false: it gets new ones again.")] = True


class DataPlaneView(msgspec.Struct, frozen=True, kw_only=True):
    """A registered data plane. `leases` tells whether it enforces leases; `flows` are those that have not ended."""

    id: str
    endpoint: str
    state: PlaneState
    profiles: tuple[str, ...]
    labels: tuple[str, ...]
    leases: bool
    flows: int
    registered_at: datetime
