"""The port of assessments of quality: what is found of each source, kept by the record and not in memory."""

from collections.abc import Mapping, Sequence
from typing import Protocol

ALL_SOURCES = ""
"""The name under which the sums of all sources are kept. They are put last: then an assessment is complete."""

PROGRESS = " "
"""The name under which an assessment keeps how far it is. No source has it: it is no IRI."""


class AssessmentStore(Protocol):
    """Keeps what assessments found, each named by the time (ms) at which it began. What is kept is opaque bytes.

    Implementations: those of `BrokerStore`.
    """

    async def put_assessed(self, at: int, found: Mapping[str, bytes]) -> None:
        """Put all that an assessment found of sources so far, or nothing, in place of what it had found of them."""

    async def assessed(self, at: int, sources: Sequence[str]) -> Mapping[str, bytes]:
        """Return what an assessment found of some sources."""

    async def last_assessment(self) -> int | None:
        """Return when the last complete assessment began, or None without one."""

    async def begun_assessment(self) -> int | None:
        """Return when the latest assessment with a `PROGRESS` began that is not complete, or None without one."""

    async def keep_assessment(self, at: int | None) -> None:
        """Forget all assessments but one."""
