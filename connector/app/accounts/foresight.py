"""What looks ahead for people: the certificate of the settings, and the saved searches at the broker."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import quote

from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.notices.foreseeing import EndingCertificate, Foresight, FoundHits, HitReader
from connector.controlplane.notices.notifier import NoticeRule
from connector.dataplane.files.below_root import run_in_thread
from connector.desk.board import ask_broker
from connector.desk.values import Ask
from connector.net.certificates import read_certificate_end
from connector.views.saved import NewHitsView, SavedSearchView

MOST_SEARCHES, MOST_PAGES = 100, 10


def build_foresight(rule: NoticeRule, evaluator: Evaluator, certificate: Path | None, broker: Ask | None) -> Foresight:
    """Return what looks ahead; `certificate` is the one of the listeners, if they have one."""
    return Foresight(
        evaluator=evaluator,
        awaited=rule.awaited,
        told=rule.noted,
        find_certificate=partial(run_in_thread, partial(read_certificate, certificate)),
        find_hits=make_hit_reader(broker) if broker else None,
    )


def read_certificate(path: Path | None) -> EndingCertificate | None:
    """Return the certificate of the listeners; None without one, and for one that cannot be read. Reads a file."""
    found = read_certificate_end(path) if path else None
    return EndingCertificate(found[0], int(found[1].timestamp() * 1000)) if found else None


def make_hit_reader(broker: Ask) -> HitReader:
    """Return what asks the broker for the new hits of each saved search, one after the other."""

    async def read(find_told: Callable[[str], int]) -> list[FoundHits]:
        searches = await ask_broker(broker, tuple[SavedSearchView, ...], "GET", "searches")
        return [await _read_new(broker, one, find_told(one.id)) for one in searches[:MOST_SEARCHES]]

    return read


async def _read_new(broker: Ask, search: SavedSearchView, told: int) -> FoundHits:
    """Return the hits that are new since people were told or have looked, whichever is later."""
    after, count = max(told, search.seen), 0
    for _ in range(MOST_PAGES):
        path = f"searches/{quote(search.id, safe='')}/new"
        new = await ask_broker(broker, NewHitsView, "GET", path, {"after": str(after)})
        count, after = count + len(new.items), max(after, new.next)
        if not new.more:
            break
    return FoundHits(search=search.id, name=search.name, count=count, next=after)
