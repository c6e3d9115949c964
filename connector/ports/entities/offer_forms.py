"""Offers that people are filling in on the pages, before they are assets."""

from typing import Any

import msgspec


class OfferForm(msgspec.Struct, frozen=True, kw_only=True):
    """What people have said so far about a new offer, or about a change of one.

    `answers` are texts by the name of their field, as they were typed, right or wrong. `source` is the address of the
    data, once it is known, and `found` what its inspection found (JSON, without values of the data).
    `policy` are terms that were written sentence by sentence (JSON); without them, the answers name a template.
    `asset` is the asset that is changed, in `asset_version`; empty for a new offer. `editors` are the names of all
    users who have saved it, the last one at the end. Times are in ms.
    """

    owner: str
    id: str
    editors: tuple[str, ...]
    begun_at: int
    saved_at: int
    version: int
    answers: dict[str, str] = {}
    source: dict[str, Any] | None = None
    found: bytes = b""
    policy: bytes | None = None
    asset: str = ""
    asset_version: int = 0
