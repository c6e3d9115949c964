"""The quality of one version of data, as it was measured when that version was made or first delivered."""

from typing import Annotated

import msgspec
from msgspec import Meta

from connector.views.sightings import DataFinding

MOST_KEPT_FINDINGS = 50


class DataQuality(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of one version of the data. Times in ms since the Unix epoch."""

    version: Annotated[str, Meta(description="What names the version: its digest, or the state of its file.")] = ""
    measured_at: int = 0
    changed_at: Annotated[int | None, Meta(description="When the data had last changed, if known.")] = None
    rows: Annotated[int, Meta(description="Number of rows.")] = 0
    examined: Annotated[int, Meta(description="Rows that every check looked at; the others were counted.")] = 0
    repeated: Annotated[int, Meta(description="Rows that are equal to an earlier one, among the first million.")] = 0
    empty: Annotated[tuple[str, ...], Meta(description="Columns without a value.")] = ()
    values: Annotated[int, Meta(description="Cells of all rows.")] = 0
    missing: Annotated[int, Meta(description="Cells without a value.")] = 0
    crs: Annotated[str, Meta(description="Reference system of the coordinates; empty if unknown.")] = ""
    latest: Annotated[str, Meta(description="Latest time in the data, in ISO 8601; empty if it has none.")] = ""
    findings: Annotated[tuple[DataFinding, ...], Meta(description="What is wrong with the data, or unusual.")] = ()
    seconds: Annotated[float, Meta(description="CPU seconds that the measurement took.")] = 0.0
    problem: Annotated[str, Meta(description="Why the data could not be measured; empty if it was.")] = ""


class QualityHistory(msgspec.Struct, frozen=True, kw_only=True):
    """The measured quality of an asset's data, the newest version first, and whether its promised cycle is kept."""

    versions: tuple[DataQuality, ...] = ()
    frequency: Annotated[str, Meta(description="Update cycle that its owner states; empty if none is stated.")] = ""
    age_s: Annotated[int | None, Meta(description="Seconds since the data last changed, if that is known.")] = None
    kept: Annotated[
        bool | None, Meta(description="Whether the data is no older than its cycle promises; null if nobody can tell.")
    ] = None
