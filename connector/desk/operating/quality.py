"""The quality of what the sources of a broker offer, as its operator reads it."""

from collections import Counter
from collections.abc import Iterable

from connector.broker.operating.quality import OPTIONS, RECOMMENDED, QualityFinding, Tally, compute_shares, read_tally
from connector.broker.operating.sources import count_crawls
from connector.broker.reading.namespaces import PREFIXES
from connector.desk.operating.values import OperatorDesk
from connector.language.catalogue import say, write_in_all
from connector.ports.assessments import ALL_SOURCES
from connector.ports.broker_store import CrawlSource
from connector.views.conversion import moment
from connector.views.quality import FindingView, QualityReportView, QualityView

_SENTENCES = {
    "missing": "broker.finding-missing",
    "MinCount": "broker.finding-MinCount",
    "MaxCount": "broker.finding-MaxCount",
    "Class": "broker.finding-Class",
    "NodeKind": "broker.finding-NodeKind",
    "Pattern": "broker.finding-Pattern",
    "Datatype": "broker.finding-Datatype",
}
"""The sentences about the rules of `vocab/shapes`, which are constraint components of SHACL."""


async def report_quality(
    desk: OperatorDesk, participant: str | None, limit: int, after: str | None
) -> QualityReportView:
    """Return the last assessment: of all, and of a page of the sources, or of one participant."""
    at = await desk.record.last_assessment()
    if at is None:
        return QualityReportView(assessed_at=None, running=desk.assessor.is_running, total=None, items=())
    sources = await desk.record.sources()
    chosen = [source for source in sources if participant in (None, source.participant)]
    rest = [source for source in chosen if after is None or source.participant > after]
    shown = rest[:limit]
    kept = await desk.record.assessed(at, [ALL_SOURCES, *(source.participant for source in shown)])
    return QualityReportView(
        assessed_at=moment(at),
        running=desk.assessor.is_running,
        total=_view_total(sources, read_tally(kept.get(ALL_SOURCES))),
        items=tuple(_view(source, read_tally(kept.get(source.participant))) for source in shown),
        next=shown[-1].participant if len(rest) > limit else None,
    )


def _view(source: CrawlSource, tally: Tally) -> QualityView:
    succeeded, failed = count_crawls(source)
    return _show(tally, succeeded, failed, len(source.unreadable), source)


def _view_total(sources: Iterable[CrawlSource], whole: Tally) -> QualityView:
    crawls, unreadable = Counter[bool](), 0
    for source in sources:
        succeeded, failed = count_crawls(source)
        crawls.update({True: succeeded, False: failed})
        unreadable += len(source.unreadable)
    return _show(whole, crawls[True], crawls[False], unreadable, None)


def _show(tally: Tally, succeeded: int, failed: int, unreadable: int, source: CrawlSource | None) -> QualityView:
    shares = compute_shares(tally, succeeded, failed)
    stated = {name: round(tally.stated[name] / tally.datasets, 4) for name in RECOMMENDED} if tally.datasets else {}
    return QualityView(
        participant=source.participant if source else None,
        name=source.name if source else None,
        datasets=tally.datasets,
        unreadable=unreadable,
        score=shares.score,
        completeness=shares.completeness,
        freshness=shares.freshness,
        reachability=shares.reachability,
        conformity=shares.conformity,
        members=stated,
        findings=tuple(
            _view_finding(found, count, tally.examples[found]) for found, count in tally.findings.most_common()
        ),
    )


def _view_finding(found: QualityFinding, count: int, example: str) -> FindingView:
    member, option = _shorten(found.path), OPTIONS.get(found.path)
    key = _SENTENCES.get(found.rule, "broker.finding-other")
    texts = write_in_all(
        lambda language: " ".join(
            [
                say(language, key, member=member, rule=found.rule),
                *([say(language, "broker.finding-option", option=option)] if option else []),
            ]
        )
    )
    return FindingView(member=member, rule=found.rule, count=count, example=example, option=option, texts=texts)


def _shorten(path: str) -> str:
    """Return a property by its usual prefix.

    >>> _shorten("http://purl.org/dc/terms/license")
    'dct:license'
    """
    for prefix, iri in PREFIXES.items():
        if path.startswith(iri):
            return f"{prefix}:{path.removeprefix(iri)}"
    return path
