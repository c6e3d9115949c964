"""Assets: what this connector offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from connector.client.frame.flow import ApiCall, Page, place
from connector.client.frame.methods import AsyncRuns, Runs, awaited, blocking, every, every_awaited


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What its controller states of the data, for policies to ask.

    `languages` are tags, `release` the version of the data, `resolution` dots per inch, `legal_basis` the bases of its
    disclosure (`eu-gdpr:A6-1-e`); `marking`: none, personal, pseudonymised, special.
    """

    languages: tuple[str, ...] = ()
    release: str | None = None
    resolution: str | None = None
    encrypted: bool = False
    legal_basis: tuple[str, ...] = ()
    marking: str = "none"


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """An asset. `status`: draft, published, withdrawn; `data_class`: open, internal, confidential, personal."""

    id: str
    status: str
    data_class: str
    title: dict[str, str]
    description: dict[str, str]
    keywords: tuple[str, ...]
    themes: tuple[str, ...]
    media_type: str
    source: dict[str, Any]
    policy: dict[str, Any]
    access: dict[str, Any] | None
    offer_id: str
    reservation: dict[str, Any] | None = None
    records: dict[str, Any] | None = None
    live: bool
    synthetic: bool
    licence: str | None
    stated: Stated = Stated()
    remarks: tuple[dict[str, str], ...] = ()
    created_at: datetime
    updated_at: datetime


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that is not offered any more, how many agreements on it still hold, and how many transfers run."""

    asset: Asset
    agreements: int
    running: int


def _add(
    title: Mapping[str, str] | str,
    source: Mapping[str, Any],
    *,
    id: str | None = None,
    description: Mapping[str, str] | str | None = None,
    keywords: Sequence[str] = (),
    themes: Sequence[str] = (),
    media_type: str | None = None,
    policy: Mapping[str, Any] | None = None,
    access: Mapping[str, Any] | None = None,
    reservation: Mapping[str, Any] | None = None,
    records: Mapping[str, Any] | None = None,
    data_class: str | None = None,
    live: bool = False,
    synthetic: bool = False,
    licence: str | None = None,
    stated: Stated | None = None,
    language: str = "de",
) -> ApiCall[Asset]:
    """Keep a new asset as a draft. A title or description that is plain text is in `language`.

    `policy` are the terms, `access` says who may see the offer at all, `reservation` what is given at most in a
    negotiation without asking a person (no peer ever sees it); all are ODRL policies. `records` says how the data is
    read as records: `format` (csv, json, ndjson), `facts` (which field holds what a policy may ask of a record),
    `subject` (the field that names a person, for the consent register), `groups`, `measures`, `fields` and others.
    """
    body = {
        "id": id,
        "title": {language: title} if isinstance(title, str) else title,
        "description": {language: description} if isinstance(description, str) else description,
        "source": source,
        "keywords": list(keywords),
        "themes": list(themes),
        "media_type": media_type,
        "policy": policy,
        "access": access,
        "reservation": reservation,
        "records": records,
        "data_class": data_class,
        "live": live,
        "synthetic": synthetic,
        "licence": licence,
        "stated": stated,
    }
    return ApiCall(method="POST", path=place("assets"), answer=Asset, body=body)


def _list(*, status: str | None = None, limit: int = 50, after: str | None = None) -> ApiCall[Page[Asset]]:
    """List a page of the assets, newest first."""
    query = {"status": status, "limit": limit, "after": after}
    return ApiCall(method="GET", path=place("assets"), answer=Page[Asset], query=query)


def _show(id: str) -> ApiCall[Asset]:
    """Show one asset."""
    return ApiCall(method="GET", path=place("assets", id), answer=Asset)


def _publish(id: str, *, release: bool = False) -> ApiCall[Asset]:
    """Offer an asset; `release` is a person's word that personal data may be offered."""
    return ApiCall(method="POST", path=place("assets", id, "publish"), answer=Asset, body={"release": release})


def _withdraw(id: str, *, end_agreements: bool = False, reason: str = "") -> ApiCall[Withdrawn]:
    """Offer an asset no longer; agreements hold and what runs goes on, unless `end_agreements` ends them too."""
    body = {"end_agreements": end_agreements, "reason": reason}
    return ApiCall(method="POST", path=place("assets", id, "withdraw"), answer=Withdrawn, body=body)


@dataclass(frozen=True)
class Assets:
    """What this connector offers."""

    driver: Runs

    add = blocking(_add)
    list = blocking(_list)
    all = every(_list)
    show = blocking(_show)
    publish = blocking(_publish)
    withdraw = blocking(_withdraw)


@dataclass(frozen=True)
class AsyncAssets:
    """What this connector offers."""

    driver: AsyncRuns

    add = awaited(_add)
    list = awaited(_list)
    all = every_awaited(_list)
    show = awaited(_show)
    publish = awaited(_publish)
    withdraw = awaited(_withdraw)
