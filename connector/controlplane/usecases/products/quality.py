"""The measured quality of an asset's data, and whether the update cycle that its owner promises is kept."""

from datetime import timedelta

from connector.controlplane.core.lookup import find_asset
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.semantic.codes import find_code
from connector.views.data_quality import QualityHistory

_CYCLES: dict[str, timedelta] = {
    "CONT": timedelta(hours=1),
    "UPDATE_CONT": timedelta(hours=1),
    "1MIN": timedelta(minutes=1),
    "5MIN": timedelta(minutes=5),
    "10MIN": timedelta(minutes=10),
    "15MIN": timedelta(minutes=15),
    "30MIN": timedelta(minutes=30),
    "HOURLY": timedelta(hours=1),
    "BIHOURLY": timedelta(hours=2),
    "TRIHOURLY": timedelta(hours=3),
    "12HRS": timedelta(hours=12),
    "DAILY": timedelta(days=1),
    "DAILY_2": timedelta(hours=12),
    "WEEKLY": timedelta(days=7),
    "WEEKLY_2": timedelta(days=4),
    "WEEKLY_3": timedelta(days=3),
    "BIWEEKLY": timedelta(days=14),
    "MONTHLY": timedelta(days=31),
    "MONTHLY_2": timedelta(days=16),
    "MONTHLY_3": timedelta(days=11),
    "BIMONTHLY": timedelta(days=62),
    "QUARTERLY": timedelta(days=92),
    "ANNUAL_3": timedelta(days=123),
    "ANNUAL_2": timedelta(days=184),
    "ANNUAL": timedelta(days=366),
    "BIENNIAL": timedelta(days=731),
    "TRIENNIAL": timedelta(days=1096),
    "QUADRENNIAL": timedelta(days=1461),
    "QUINQUENNIAL": timedelta(days=1827),
    "DECENNIAL": timedelta(days=3653),
}
"""The longest time between two versions that a frequency (EU vocabulary) allows; others promise no time."""
_GRACE = 1.5
"""How much longer than its cycle data may be unchanged: publishing has its own delays."""


async def show(publisher: Publisher, asset_id: str) -> QualityHistory:
    """Return the measured quality of the data of an asset. Raises NoSuchEntity."""
    context = publisher.context
    asset = await find_asset(context, asset_id)
    known = await context.store.quality(context.owner, asset_id)
    changed_at = await publisher.evaluator.changed_at(asset.source)
    age = None if changed_at is None else max(0, (context.now() - changed_at) // 1000)
    code = find_code("frequency", asset.frequency) if asset.frequency else None
    return QualityHistory(
        versions=known.versions if known else (),
        frequency=code.code if code else "",
        age_s=age,
        kept=judge_cycle(code.code if code else "", age),
    )


def judge_cycle(frequency: str, age_s: int | None) -> bool | None:
    """Return whether data of this age keeps its cycle; None if its age or its cycle is unknown.

    >>> judge_cycle("DAILY", 100_000), judge_cycle("DAILY", 200_000), judge_cycle("IRREG", 5)
    (True, False, None)
    """
    cycle = _CYCLES.get(frequency)
    return None if cycle is None or age_s is None else age_s <= cycle.total_seconds() * _GRACE
