"""What is kept of the results of recipes: when they are due, and the measured quality of their versions."""

from collections.abc import Sequence

import msgspec

from connector.controlplane.core.rhythm import find_next
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases.recipes.inputs import FoundInput
from connector.ports.deriving import Made
from connector.ports.entities import MeasuredQuality
from connector.ports.product_store import PutQuality
from connector.views.conversion import to_ms
from connector.views.data_quality import DataQuality
from connector.views.recipes import Recipe

MOST_VERSIONS = 5
"""Versions of the data of an asset whose measured quality is kept."""


def find_due(evaluator: Evaluator, recipe: Recipe, inputs: Sequence[FoundInput]) -> int:
    """Return when a product is looked at next (ms): by its rhythm, or at the end of an agreement before."""
    now, zone = evaluator.context.now(), evaluator.library.operands.zone
    hours, _, minutes = (recipe.at or "00:00").partition(":")
    regular = find_next(recipe.every, minute=int(hours) * 60 + int(minutes or 0), weekday=0, after=now, zone=zone)
    # An agreement can still be used in its last moment, and not in the next one.
    ends = [end + 1 for entry in inputs if (end := to_ms(entry.end)) is not None and end >= now]
    return min([regular, *ends])


async def keep_quality(evaluator: Evaluator, asset_id: str, measured: DataQuality) -> PutQuality:
    """Return the change that keeps the measured quality of a version, with those of the versions before it."""
    context = evaluator.context
    known = await context.store.quality(context.owner, asset_id)
    others = [entry for entry in known.versions if entry.version != measured.version] if known else []
    versions = (measured, *others[: MOST_VERSIONS - 1])
    return PutQuality(MeasuredQuality(owner=context.owner, asset=asset_id, versions=versions))


async def keep_result(evaluator: Evaluator, asset_id: str, made: Made) -> PutQuality:
    """Return the change that keeps the quality of a result that was made now."""
    now = evaluator.context.now()
    return await keep_quality(
        evaluator, asset_id, msgspec.structs.replace(made.quality, measured_at=now, changed_at=now)
    )
