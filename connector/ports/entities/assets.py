"""Assets: the data that a participant offers, with its policies, how it is made of other data, and its quality."""

from typing import Any

import msgspec

from connector.views.assets import AssetDescription, AssetStatus, DataClass, Marking
from connector.views.data_quality import DataQuality
from connector.views.products import InputLineage, ProductState


class Veto(msgspec.Struct, frozen=True, kw_only=True):
    """The word of who protects personal data that an asset is not published: by which user, when (ms) and why."""

    by: str
    at: int
    reason: str


class Asset(AssetDescription, frozen=True, kw_only=True):
    """An asset of a participant: a dcat:Dataset, the source of its bytes, and its policies.

    It extends the statements of its owner (`AssetDescription`). `id` is the Dataset's identifier, `source` the address
    of a `Source` (`{"kind": "file", …}`; never shown to peers), `policy` the ODRL Offer as JSON (no target), `offer_id`
    its identifier. `access` is the access policy (JSON); if it is None, every participant sees the offer.
    `reservation` is the reservation policy (JSON), up to which the provider agrees without asking a person; peers never
    receive it. `document` is the Dataset in the catalogue, rendered when the asset changes. `published_at` is when the
    asset was first published; 0 if it was not, or before this was recorded. `edited_by` are the users who made or
    changed it on the pages since it was last published: none of them releases it. While there is a `veto`, nobody does.
    `former_classes` are the other data classes that it had since then: a class that was lowered still protects it.
    `lineage` is what the result of a recipe was made of.
    """

    owner: str
    id: str
    status: AssetStatus
    source: dict[str, Any]
    policy: bytes
    offer_id: str
    document: bytes
    access: bytes | None = None
    reservation: bytes | None = None
    created_at: int = 0
    updated_at: int = 0
    published_at: int = 0
    edited_by: tuple[str, ...] = ()
    former_classes: tuple[DataClass, ...] = ()
    veto: Veto | None = None
    version: int = 0
    lineage: tuple[InputLineage, ...] = ()

    @property
    def personal(self) -> bool:
        """Whether the data is about persons, by its class, a former one, or what its owner states."""
        by_class = DataClass.PERSONAL in {self.data_class, *self.former_classes}
        return by_class or self.stated.marking is not Marking.NONE


class DataFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The data of an asset as it is now: size in bytes, SHA-256 (hex), last change (ms) and name of its file.

    Each is None if it is unknown. A folder has the size of all its members and the digest of its listing.
    """

    size: int | None = None
    sha256: str | None = None
    changed_at: int | None = None
    name: str | None = None

    @property
    def version(self) -> str:
        """What tells this version of the data from another one; empty if nothing is known."""
        return self.sha256 or f"{self.size or ''} {self.changed_at or ''}".strip()


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an asset that is made by a recipe: its newest result and its next run (None: none).

    `inputs` are those of the newest result. `failures` are the runs that failed in a row; `reason` says why, or why the
    product was stopped, by language. Times are in ms.
    """

    owner: str
    asset: str
    version: int
    state: ProductState = ProductState.ACTIVE
    due_at: int | None = None
    number: int = 0
    made_at: int = 0
    rows: int = 0
    size: int = 0
    sha256: str = ""
    inputs: tuple[InputLineage, ...] = ()
    failures: int = 0
    reason: dict[str, str] = {}


class MeasuredQuality(msgspec.Struct, frozen=True, kw_only=True):
    """The quality of the versions of an asset's data that were measured, the newest first; a few are kept."""

    owner: str
    asset: str
    versions: tuple[DataQuality, ...]
