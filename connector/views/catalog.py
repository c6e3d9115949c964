"""The catalogues of other participants."""

from typing import Any, ClassVar

import msgspec


class CatalogView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a catalogue with the datasets as received; `next` is the `page` of the following request.

    A dataset of a nested catalogue has the member `participantId`, the participant that offers it.
    """

    example: ClassVar[dict[str, Any]] = {
        "participant": "https://city.example/participants/environment",
        "items": [{"@id": "urn:uuid:7f…", "@type": "Dataset", "hasPolicy": [], "distribution": []}],
        "next": None,
    }

    participant: str
    items: tuple[dict[str, Any], ...]
    next: str | None
