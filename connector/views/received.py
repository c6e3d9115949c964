"""The folder of received data, as its owner sees and cleans it."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta


class ReceivedFileView(msgspec.Struct, frozen=True, kw_only=True):
    """A file in the folder of received data; `partial` for the bytes of a delivery that is not complete.

    Its transfer, with the titles of the dataset, the agreement and the provider, is known if the folder is the one that
    the connector chose for it. `saved` if the file has another name on the same disk, which stays when it is removed.
    """

    path: str
    size: int
    partial: bool
    written_at: datetime
    saved: bool = False
    transfer: str = ""
    dataset: str = ""
    title: dict[str, str] = {}
    agreement_id: str = ""
    counterparty: str = ""
    counterparty_name: str = ""


class ReceivedView(msgspec.Struct, frozen=True, kw_only=True):
    """The files in the folder of received data, oldest first, and the path of the folder at the connector."""

    items: tuple[ReceivedFileView, ...]
    folder: str = ""
    next: str | None = None


class CleanOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The removal of received files that are older than a number of days."""

    older_than_days: Annotated[float, Meta(ge=0, le=100_000, description="Age from which files are removed, in days.")]
    partial: Annotated[bool, Meta(description="Remove only the files of deliveries that are not complete.")] = False
    dry_run: Annotated[bool, Meta(description="Remove nothing, and return what would be removed.")] = False


class CleanedView(msgspec.Struct, frozen=True, kw_only=True):
    """The removed files, their bytes, and the files that could not be removed."""

    files: tuple[ReceivedFileView, ...]
    size: int
    failed: tuple[str, ...] = ()
