"""Products as they look from outside: data that this participant makes of other data, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from connector.views.common import LocalizedText


class ProductState(StrEnum):
    """Whether a product is made again when its inputs change, or was stopped because an input ended."""

    ACTIVE = "active"
    STOPPED = "stopped"


class InputLineage(msgspec.Struct, frozen=True, kw_only=True):
    """An input of the result that is served: what it is, its version, and the terms under which it was used."""

    name: Annotated[str, Meta(description="Name of the input in the recipe.")]
    dataset: Annotated[str, Meta(description="Identifier of the dataset.")]
    title: Annotated[LocalizedText, Meta(description="Title of the dataset by language.")] = {}
    provider: Annotated[str, Meta(description="Participant that provides it; empty for own data.")] = ""
    agreement: Annotated[str, Meta(description="Identifier of the agreement; empty for own data.")] = ""
    licence: Annotated[str, Meta(description="Licence of the input, if one is stated.")] = ""
    version: Annotated[str, Meta(description="Digest of the data, or what else names its version.")] = ""
    changed_at: Annotated[int | None, Meta(description="When it had last changed (ms), if known.")] = None


class ProductView(msgspec.Struct, frozen=True, kw_only=True):
    """What is made by a recipe: the newest result, its inputs, and the next run."""

    state: ProductState
    number: Annotated[int, Meta(description="How many results were made.")] = 0
    made_at: Annotated[datetime | None, Meta(description="When the newest result was made.")] = None
    next_at: Annotated[datetime | None, Meta(description="When its inputs are looked at next.")] = None
    rows: Annotated[int, Meta(description="Rows of the newest result.")] = 0
    size: Annotated[int, Meta(description="Bytes of the newest result.")] = 0
    sha256: Annotated[str, Meta(description="Digest of the newest result.")] = ""
    inputs: Annotated[tuple[InputLineage, ...], Meta(description="What the newest result was made of.")] = ()
    failures: Annotated[int, Meta(description="Runs that failed in a row.")] = 0
    reason: Annotated[LocalizedText, Meta(description="Why the last run failed, or why it was stopped.")] = {}
