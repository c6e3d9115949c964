"""Why an offer is, or is not, shown: the way of one dataset from its source to a search, step by step.

The walk ends with the first step that fails: its sentence is the answer. A provider hears the reasons of the operator,
but not whose management key it was.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, tzinfo

import msgspec

from connector.broker import finding
from connector.broker.query import Asked
from connector.language.catalogue import Language, read_grammar, say, translate_text, write_in_all
from connector.ports.broker_store import CrawlSource, Entry, Liveness
from connector.ports.moderated_store import ModeratedStore
from connector.ports.moderation import PASSED_ON, Mark, MarkKind
from connector.ports.search_index import SearchIndex
from connector.views.common import LocalizedText
from connector.views.conversion import in_zone, moment

_MARKED = {
    MarkKind.REMOVED: ("not-removed", "removed", "removed"),
    MarkKind.SUSPENDED: ("not-suspended", "suspended", "suspended"),
    MarkKind.HIDDEN: ("not-hidden", "hidden", "hidden-alone"),
    MarkKind.TEST: ("not-test", "test", "test-alone"),
}
"""The steps about a kind of mark: there is none, it is of the source, or of the dataset alone."""


NOBODY: Mapping[str, str] = {}


class WhyStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the way: whether the dataset passes it, in words by language. `code` names step and outcome."""

    code: str
    passed: bool
    texts: LocalizedText


class Wayfarer(msgspec.Struct, frozen=True, kw_only=True):
    """The dataset that is asked about, with everything that is known of it. `of_broker` are the
    marks of the broker that relays its source, `broker` its name; `asked` is a search that should find it.

    `names_keys` is false if the answer must not say which management key or person acted. `people` has the names of
    people by what they sign in with.
    """

    participant: str
    dataset: str
    source: CrawlSource | None
    entry: Entry | None
    marks: Sequence[Mark]
    of_broker: Sequence[Mark]
    broker: str
    asked: Asked | None
    names_keys: bool
    people: Mapping[str, str]
    zone: tzinfo | None = None

    def name_actor(self, mark: Mark) -> str:
        """Return who set a mark, in brackets; nothing if the answer must not say it."""
        return f" ({self.people.get(mark.by, mark.by)})" if self.names_keys else ""

    def write(self, at: int) -> LocalizedText:
        """Return a time (ms) as each language writes it."""
        local, zone = in_zone(moment(at), self.zone or UTC), "" if self.zone else " UTC"

        def say_time(language: Language) -> str:
            grammar = read_grammar(language)
            return f"{grammar.write_day(local)}, {grammar.write_time(f'{local:%H:%M}')}{zone}"

        return write_in_all(say_time)


async def explain(
    record: ModeratedStore,
    index: SearchIndex,
    *,
    participant: str,
    dataset: str,
    now: int,
    asked: Asked | None = None,
    names_keys: bool = False,
    people: Mapping[str, str] = NOBODY,
    zone: tzinfo | None = None,
) -> tuple[WhyStep, ...]:
    """Return the steps up to the first that fails, with times in a zone or, without one, in UTC.

    Raises QueryRefused, and Unavailable if a store cannot answer.
    """
    source = await record.source(participant)
    brokers = source.brokers[:1] if source else ()
    way = Wayfarer(
        participant=participant,
        dataset=dataset,
        source=source,
        entry=await record.stored(participant, dataset),
        marks=await record.marks(participant, dataset),
        of_broker=[mark for broker in brokers for mark in await record.marks(broker, None) if mark.kind in PASSED_ON],
        broker=await _name_broker(record, brokers[0]) if brokers else "",
        asked=asked,
        names_keys=names_keys,
        people=people,
        zone=zone,
    )
    steps: list[WhyStep] = []
    async for step in _walk(record, index, way, now):
        steps.append(step)
        if not step.passed:
            break
    return tuple(steps)


async def _name_broker(record: ModeratedStore, participant: str) -> str:
    """Return the name of a broker, or its identifier if it is no source itself."""
    source = await record.source(participant)
    return source.name if source else participant


async def _walk(record: ModeratedStore, index: SearchIndex, way: Wayfarer, now: int) -> AsyncIterator[WhyStep]:
    source, entry = way.source, way.entry
    if source is None:
        yield _fail("source-unknown", participant=way.participant)
        return
    yield _pass("source", name=source.name)
    for mark in way.of_broker:
        if mark.kind is not MarkKind.TEST:
            yield _blame_broker(way, mark)
    yield _judge_mark(way, MarkKind.REMOVED)
    yield _judge_mark(way, MarkKind.SUSPENDED)
    yield _judge_crawl(way, source)
    yield _judge_answer(way)
    yield _judge_readable(way)
    yield _judge_mark(way, MarkKind.HIDDEN)
    if entry is not None and entry.audience:
        yield _pass("restricted-teaser" if entry.teaser else "restricted")
    yield _judge_liveness(way, source, now)
    if not (way.asked and way.asked.query.tests):
        for mark in way.of_broker:
            yield _blame_broker(way, mark)
        yield _judge_mark(way, MarkKind.TEST)
    served = index.progress().served
    if entry is None or served is None or served < entry.seq:
        yield _fail("not-indexed")
        return
    yield _pass("indexed")
    if way.asked is not None:
        found = await _matches(record, index, way.asked, entry, now)
        yield _pass("matches") if found else _fail("matches-not")


def _judge_mark(way: Wayfarer, kind: MarkKind) -> WhyStep:
    """Return whether a dataset is free of a kind of mark; that of its source comes first."""
    fine, of_source, alone = _MARKED[kind]
    mark = next((mark for mark in way.marks if mark.kind is kind), None)
    if mark is None:
        return _pass(fine)
    by = way.name_actor(mark)
    return _fail(alone if mark.dataset else of_source, by=by, at=way.write(mark.at), reason=mark.reason)


def _blame_broker(way: Wayfarer, mark: Mark) -> WhyStep:
    by = way.name_actor(mark)
    code = "broker-test" if mark.kind is MarkKind.TEST else "broker-withheld"
    return _fail(code, broker=way.broker, by=by, at=way.write(mark.at), reason=mark.reason)


def _judge_crawl(way: Wayfarer, source: CrawlSource) -> WhyStep:
    if source.verified_at is not None:
        return _pass("crawled", at=way.write(source.verified_at))
    if source.error is None:
        return _fail("not-crawled")
    return _fail("crawl-failed", error=source.error)


def _judge_answer(way: Wayfarer) -> WhyStep:
    if way.entry is not None and way.entry.removed_at is None:
        return _pass("offered")
    if _find_unreadable(way) is not None:
        return _pass("offered")
    if way.entry is not None and way.entry.removed_at is not None:
        return _fail("withdrawn", at=way.write(way.entry.removed_at))
    return _fail("not-offered")


def _judge_readable(way: Wayfarer) -> WhyStep:
    problem = _find_unreadable(way)
    if problem is None:
        return _pass("readable")
    if way.entry is not None and way.entry.removed_at is None:
        return _pass("readable-in-part", error=problem)
    return _fail("unreadable", error=problem)


def _judge_liveness(way: Wayfarer, source: CrawlSource, now: int) -> WhyStep:
    if source.liveness is Liveness.DEAD:
        return _fail("dead", error=source.error or "")
    if finding.list_hidden([source], now, stale=False):
        return _fail("stale", at=way.write(source.failing_since or 0))
    return _pass("alive")


def _find_unreadable(way: Wayfarer) -> str | None:
    unreadable = way.source.unreadable if way.source else ()
    return next((one.reason for one in unreadable if one.id == way.dataset), None)


async def _matches(record: ModeratedStore, index: SearchIndex, asked: Asked, entry: Entry, now: int) -> bool:
    """Return whether a search finds an entry: the search itself, restricted to its row, of who sees the entry."""
    view = record.view([entry.visibility], tests=asked.query.tests)
    found = await finding.find(view, index, asked, now, only=entry.row)
    return any(hit.entry.row == entry.row for hit in found.hits)


def _pass(code: str, **values: str | LocalizedText) -> WhyStep:
    return _step(code, passed=True, values=values)


def _fail(code: str, **values: str | LocalizedText) -> WhyStep:
    return _step(code, passed=False, values=values)


def _step(code: str, *, passed: bool, values: dict[str, str | LocalizedText]) -> WhyStep:

    def write(language: Language) -> str:
        said = {name: value if isinstance(value, str) else value[language] for name, value in values.items()}
        if "error" in said:
            said["error"] = translate_text(language, said["error"])
        return say(language, f"broker.why-{code}", **said).strip()

    texts = write_in_all(write)
    return WhyStep(code=code, passed=passed, texts=texts)
