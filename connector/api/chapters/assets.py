"""Assets: what we offer. Drafted, published, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from connector.api.frame.auth import require_admin
from connector.api.frame.desk import (
    AfterQuery,
    AtContext,
    AtJudging,
    AtOffering,
    Document,
    LimitQuery,
    Listing,
    Order,
    moment,
    page,
    parse_json,
    read_listing,
)
from connector.controlplane.judging import acceptance, visibility
from connector.controlplane.judging.judging import Judging
from connector.controlplane.usecases import assets
from connector.ports.entities import Asset, AssetStatus, DataClass, Marking
from connector.ports.treatment import RecordFormat

router = APIRouter(tags=["assets"])

_SHOWN = frozenset({"kind", "path", "glob", "overwrite"})
_EXAMPLE: dict[str, Any] = {
    "title": {"de": "Luftqualität am Marktplatz", "en": "Air quality at the market square"},
    "source": {"kind": "file", "path": "air/2026-05.csv"},
    "keywords": ["Luft", "air"],
    "media_type": "text/csv",
    "data_class": "open",
}


class StatedModel(Order):
    """What the controller states of the data, for policies to ask."""

    languages: Annotated[tuple[str, ...], Field(description="Tags, as `de`.")] = ()
    release: Annotated[str | None, Field(description="The version of the data.")] = None
    resolution: Annotated[str | None, Field(description="Dots per inch, a decimal number.")] = None
    encrypted: Annotated[bool, Field(description="It can be read only with a key that is given apart.")] = False
    legal_basis: Annotated[tuple[str, ...], Field(description="Of its disclosure, as `eu-gdpr:A6-1-e`.")] = ()
    marking: Annotated[Marking, Field(description="Whether it tells of people.")] = Marking.NONE


class RecordsOrder(Order):
    """How the data is read as records, and what its owner states about them."""

    format: RecordFormat
    delimiter: str = Field("", description="Of CSV; found out from the header line if left out.")
    fields: list[str] = Field(default_factory=list, description="The names of all fields; others then never leave.")
    facts: dict[str, str] = Field(default_factory=dict, description="Which field holds `dk:recordRegion` and the like.")
    subject: str = Field("", description="The field that names a person; consent is looked up for it.")
    groups: list[str] = Field(default_factory=list, description="Fields that small groups are counted by.")
    measures: list[str] = Field(default_factory=list, description="Fields with numbers that are added up.")
    level: str = Field("", description="What a record stands for: record, household, block, district, city.")
    smallest_group: int = Field(0, ge=0, description="The size of the smallest group in the data.")


class AssetOrder(Order):
    """What a person says about a new asset; titles and descriptions by language tag."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    title: dict[str, str]
    source: Document = Field(description='The address of the data, as `{"kind": "file", "path": …}`.')
    id: str | None = Field(None, description="The dataset's identifier; left out, one is made.")
    description: dict[str, str] = Field(default_factory=dict)
    keywords: list[str] = Field(default_factory=list)
    themes: list[str] = Field(default_factory=list)
    media_type: str = "application/octet-stream"
    policy: Document | None = Field(None, description="An ODRL Offer; left out, anyone in the data space may use it.")
    access: Document | None = Field(None, description="A policy of who may see the offer; left out, everybody.")
    reservation: Document | None = Field(
        None, description="The most that is given in a negotiation without asking a person; no peer ever sees it."
    )
    records: RecordsOrder | None = Field(None, description="Left out, the media type tells CSV and JSON.")
    data_class: DataClass = DataClass.INTERNAL
    live: bool = Field(False, description="The source keeps changing.")
    synthetic: bool = False
    licence: str | None = None
    stated: StatedModel = StatedModel()


class WithdrawOrder(Order):
    """With `end_agreements` nothing is delivered any more under agreements either; consumers are told the reason."""

    end_agreements: bool = False
    reason: Annotated[str, Field(max_length=1000)] = ""


class PublishOrder(Order):
    """`release` is a person's word that personal data may be offered; it needs a key with the scope `admin`."""

    release: bool = False


class AssetAnswer(BaseModel):
    """An asset. Of its source only what cannot hold a secret is shown."""

    id: str
    status: AssetStatus
    data_class: DataClass
    title: dict[str, str]
    description: dict[str, str]
    keywords: list[str]
    themes: list[str]
    media_type: str
    source: dict[str, Any]
    policy: dict[str, Any]
    access: dict[str, Any] | None
    reservation: dict[str, Any] | None
    records: dict[str, Any] | None
    offer_id: str
    live: bool
    synthetic: bool
    licence: str | None
    stated: StatedModel
    remarks: list[dict[str, str]] = Field(description="What is odd with an offer of personal data, by language.")
    created_at: datetime
    updated_at: datetime


class WithdrawnAnswer(BaseModel):
    """The asset, how many agreements on it still hold, and how many transfers run under them."""

    asset: AssetAnswer
    agreements: int
    running: int


def _answer(asset: Asset, remarks: Sequence[dict[str, str]] = ()) -> AssetAnswer:
    return AssetAnswer(
        id=asset.id,
        status=asset.status,
        data_class=asset.data_class,
        title=asset.title,
        description=asset.description,
        keywords=list(asset.keywords),
        themes=list(asset.themes),
        media_type=asset.media_type,
        source=shown_address(asset.source),
        policy=parse_json(asset.policy),
        access=parse_json(asset.access) if asset.access else None,
        reservation=parse_json(asset.reservation),
        records=msgspec.to_builtins(asset.records),
        offer_id=asset.offer_id,
        live=asset.live,
        synthetic=asset.synthetic,
        licence=asset.licence,
        stated=StatedModel.model_validate(msgspec.to_builtins(asset.stated)),
        remarks=list(remarks),
        created_at=moment(asset.created_at),
        updated_at=moment(asset.updated_at),
    )


def _with_remarks(judging: Judging, asset: Asset) -> AssetAnswer:
    policy = visibility.catalog_policy(asset)
    return _answer(asset, acceptance.personal_remarks(judging, policy, asset.stated, asset.data_class))


def shown_address(address: dict[str, Any]) -> dict[str, Any]:
    """Return an address of ours for people: a URL without credentials and query, no headers, no unknown members."""
    shown = {name: value for name, value in address.items() if name in _SHOWN}
    if isinstance(url := address.get("url"), str):
        parts = urlsplit(url)
        shown["url"] = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    hidden = sorted(address.keys() - shown.keys())
    return shown | {"hidden": hidden} if hidden else shown


@router.post("/assets", status_code=201)
async def add_asset(judging: AtJudging, offering: AtOffering, order: AssetOrder) -> AssetAnswer:
    """Keep a new asset as a draft, which nobody sees until it is published."""
    draft = msgspec.convert(order.model_dump(), assets.AssetDraft)
    return _with_remarks(judging, await assets.add(offering, draft))


@router.get("/assets")
async def list_assets(
    context: AtContext,
    status: Annotated[AssetStatus | None, Query(description="Only assets in this status.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Listing[AssetAnswer]:
    """List the assets, newest first."""
    store, owner = context.store, context.owner
    rows, following = await read_listing(store.assets(owner, page(limit, after), status=status))
    return Listing(items=[_answer(row) for row in rows], next=following)


@router.post("/assets/{id:path}/publish")
async def publish_asset(
    judging: AtJudging,
    offering: AtOffering,
    request: Request,
    id: str,
    order: Annotated[PublishOrder | None, Body()] = None,
) -> AssetAnswer:
    """Offer an asset in the catalogue."""
    release = order is not None and order.release
    if release:
        require_admin(request)
    return _with_remarks(judging, await assets.publish(offering, id, release=release))


@router.post("/assets/{id:path}/withdraw")
async def withdraw_asset(
    offering: AtOffering, id: str, order: Annotated[WithdrawOrder | None, Body()] = None
) -> WithdrawnAnswer:
    """Offer an asset no longer; agreements hold and what runs goes on, unless they are to be ended too."""
    order = order or WithdrawOrder()
    done = await assets.withdraw(offering, id, end_agreements=order.end_agreements, reason=order.reason)
    return WithdrawnAnswer(asset=_answer(done.asset), agreements=done.agreements, running=done.running)


@router.get("/assets/{id:path}")
async def show_asset(context: AtContext, id: str) -> AssetAnswer:
    """Show one asset."""
    return _answer(await assets.get(context, id))
