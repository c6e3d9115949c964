"""The quality of what a source offers, as shares and one score. docs/quality.md has the formula. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from connector.broker.reading.namespaces import DCAT, DCT
from connector.ports.broker_store import Entry
from connector.semantic.shapes import ShapeFault
from connector.semantic.statements import Statement

RECOMMENDED: Mapping[str, str] = {
    "description": DCT + "description",
    "keyword": DCAT + "keyword",
    "theme": DCAT + "theme",
    "contact": DCAT + "contactPoint",
    "place": DCT + "spatial",
    "licence": DCT + "license",
    "frequency": DCT + "accrualPeriodicity",
    "modified": DCT + "modified",
    "language": DCT + "language",
}
"""The members that DCAT-AP.de 3.0 requires or recommends and a search shows, with their properties.

Each has the name of the option of `asset` that states it. The licence is that of a distribution.
"""

OPTIONS: Mapping[str, str] = {path: f"--{name}" for name, path in RECOMMENDED.items()} | {
    DCT + "title": "--title",
    DCT + "publisher": "--publisher",
    DCT + "accessRights": "--class",
    DCT + "temporal": "--period",
    DCT + "issued": "--issued",
    DCAT + "mediaType": "--media-type",
}
"""The option of `asset` that mends a property, where there is one."""

WEIGHTS: Mapping[str, int] = {"completeness": 40, "freshness": 20, "reachability": 20, "conformity": 20}
"""What each share counts in the score."""

_HOUR, _DAY = 3_600_000, 86_400_000
CYCLES: Mapping[str, int] = {
    "CONT": _HOUR,
    "UPDATE_CONT": _HOUR,
    "HOURLY": _HOUR,
    "DAILY": _DAY,
    "WEEKLY": 7 * _DAY,
    "MONTHLY": 31 * _DAY,
    "QUARTERLY": 92 * _DAY,
    "ANNUAL_2": 183 * _DAY,
    "ANNUAL": 366 * _DAY,
}
"""The longest time between two updates that a frequency promises, in ms; other frequencies promise nothing."""

GRACE = 2
"""So many cycles may pass before a promise is broken."""

_FINDINGS = 100


class QualityFinding(msgspec.Struct, frozen=True, order=True):
    """Something to mend: the kind of fault, and the property. `missing` is a recommended member, others are rules."""

    rule: str
    path: str


class DatasetQuality(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one dataset. `fresh` is None if it promises no update or does not say when it was updated."""

    dataset: str
    stated: frozenset[str]
    fresh: bool | None
    findings: frozenset[QualityFinding]


class Tally(msgspec.Struct, kw_only=True):
    """The sums of the datasets of one source, or of all: bounded, whatever they contain."""

    datasets: int = 0
    stated: Counter[str] = msgspec.field(default_factory=Counter)
    promised: int = 0
    fresh: int = 0
    conforming: int = 0
    findings: Counter[QualityFinding] = msgspec.field(default_factory=Counter)
    examples: dict[QualityFinding, str] = msgspec.field(default_factory=dict)


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """The four shares from 0 to 1, each None if nothing is known, and the score from 0 to 100."""

    completeness: float | None
    freshness: float | None
    reachability: float | None
    conformity: float | None
    score: int | None


def rate_dataset(
    entry: Entry, statements: Iterable[Statement], faults: Iterable[ShapeFault], now: int
) -> DatasetQuality:
    """Rate one dataset by its statements, and by what the shapes found in them; `now` in ms since the Unix epoch."""
    predicates = {statement.predicate for statement in statements}
    stated = {name for name, path in RECOMMENDED.items() if path in predicates}
    if not entry.descriptions:
        stated.discard("description")  # the title stands in for it
    missing = {QualityFinding("missing", RECOMMENDED[name]) for name in RECOMMENDED.keys() - stated}
    found = {QualityFinding(fault.rule, fault.path) for fault in faults}
    # What is missing by a rule is not told twice.
    paths = {finding.path for finding in found if finding.rule == "MinCount"}
    return DatasetQuality(
        dataset=entry.id,
        stated=frozenset(stated),
        fresh=_judge_fresh(entry, now),
        findings=frozenset(found | {finding for finding in missing if finding.path not in paths}),
    )


def _judge_fresh(entry: Entry, now: int) -> bool | None:
    cycle = CYCLES.get(entry.statements.frequency or "")
    if cycle is None or entry.statements.modified is None:
        return None
    return now - entry.statements.modified <= GRACE * cycle


def add_quality(tally: Tally, rated: DatasetQuality) -> None:
    """Add a dataset to the sums; of the kinds of findings, the first 100 count."""
    tally.datasets += 1
    tally.stated.update(rated.stated)
    tally.promised += rated.fresh is not None
    tally.fresh += rated.fresh is True
    tally.conforming += all(finding.rule == "missing" for finding in rated.findings)
    for finding in sorted(rated.findings):
        if finding in tally.findings or len(tally.findings) < _FINDINGS:
            tally.findings[finding] += 1
            tally.examples.setdefault(finding, rated.dataset)


def add_tally(whole: Tally, tally: Tally) -> None:
    """Add the sums of some datasets to those of others; of the kinds of findings, the first 100 count."""
    whole.datasets += tally.datasets
    whole.stated.update(tally.stated)
    whole.promised += tally.promised
    whole.fresh += tally.fresh
    whole.conforming += tally.conforming
    for finding, count in tally.findings.items():
        if finding in whole.findings or len(whole.findings) < _FINDINGS:
            whole.findings[finding] += count
            whole.examples.setdefault(finding, tally.examples[finding])


class _KeptTally(msgspec.Struct, array_like=True):
    """The sums as they are kept: findings with their count and their example."""

    datasets: int
    stated: dict[str, int]
    promised: int
    fresh: int
    conforming: int
    findings: list[tuple[str, str, int, str]]


def write_tally(tally: Tally) -> bytes:
    """Return sums as they are kept."""
    counted = tally.findings.items()
    findings = [(found.rule, found.path, count, tally.examples[found]) for found, count in counted]
    sums = (tally.datasets, dict(tally.stated), tally.promised, tally.fresh, tally.conforming)
    return msgspec.msgpack.encode(_KeptTally(*sums, findings))


def read_tally(kept: bytes | None) -> Tally:
    """Return sums that were kept; none of them are zero."""
    if kept is None:
        return Tally()
    read = msgspec.msgpack.decode(kept, type=_KeptTally)
    found = {QualityFinding(rule, path): (count, example) for rule, path, count, example in read.findings}
    return Tally(
        datasets=read.datasets,
        stated=Counter(read.stated),
        promised=read.promised,
        fresh=read.fresh,
        conforming=read.conforming,
        findings=Counter({finding: count for finding, (count, _) in found.items()}),
        examples={finding: example for finding, (_, example) in found.items()},
    )


def compute_shares(tally: Tally, succeeded: int, failed: int) -> Shares:
    """Return the shares and the score of a source with so many crawls in 30 days.

    >>> tally = Tally(datasets=2, stated=Counter(description=2, theme=1), promised=0, fresh=0, conforming=1)
    >>> shares = compute_shares(tally, 9, 1)
    >>> round(shares.completeness, 3), shares.freshness, shares.reachability, shares.conformity, shares.score
    (0.167, None, 0.9, 0.5, 43)
    """
    shares = {
        "completeness": _share(sum(tally.stated.values()), tally.datasets * len(RECOMMENDED)),
        "freshness": _share(tally.fresh, tally.promised),
        "reachability": _share(succeeded, succeeded + failed),
        "conformity": _share(tally.conforming, tally.datasets),
    }
    known = {name: share for name, share in shares.items() if share is not None}
    weight = sum(WEIGHTS[name] for name in known)
    score = round(100 * sum(WEIGHTS[name] * share for name, share in known.items()) / weight) if known else None
    return Shares(score=score, **shares)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
