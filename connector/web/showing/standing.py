"""The standing orders of an agreement, as a person reads them: when each looks for data, and what came of it."""

from connector.ports.entities import PageBounds, Subscription
from connector.web.frame.visit import Visit
from connector.web.frame.wording import PageWords

_MOST_READ = 200


async def list_standing(visit: Visit, agreement_key: str) -> list[tuple[Subscription, str]]:
    """Return the subscriptions to the data of an agreement, each with its rhythm in words; the newest first."""
    context = visit.desk.context
    rows, _ = await context.store.subscriptions(context.owner, PageBounds(limit=_MOST_READ))
    return [(row, write_rhythm(visit.words, row)) for row in rows if row.agreement == agreement_key]


def write_rhythm(words: PageWords, found: Subscription) -> str:
    """Write when a subscription looks for data."""
    at = f"{found.minute // 60:02d}:{found.minute % 60:02d}"
    weekday = words.say(f"subscriptions.weekday-{found.weekday + 1}")
    return words.say(f"subscriptions.rhythm-{found.every}", at=at, minute=at[-2:], weekday=weekday)
