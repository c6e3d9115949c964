"""Products and the quality of data as names and values."""

from collections.abc import Iterator

from connector.cli.frame.output import Output
from connector.cli.frame.remote import choose_text
from connector.views.conversion import find_moment
from connector.views.data_quality import DataQuality, QualityHistory
from connector.views.products import InputLineage, ProductView


def describe_product(found: ProductView, output: Output) -> dict[str, object]:
    """Return what is known of a product, its inputs as a list of sentences."""
    return {
        "state": found.state,
        "version": found.number,
        "made": output.format_time(found.made_at),
        "next run": output.format_time(found.next_at),
        "rows": found.rows,
        "size": found.size,
        "sha256": found.sha256,
        "reason": choose_text(found.reason, output.lang),
    }


def list_inputs(found: ProductView, output: Output) -> list[str]:
    """Return each input of a product in one line: its title, its dataset, its agreement, its licence, its version."""
    return [_write_input(entry, output) for entry in found.inputs]


def _write_input(entry: InputLineage, output: Output) -> str:
    parts = (
        choose_text(entry.title, output.lang),
        entry.dataset,
        entry.provider,
        entry.agreement,
        entry.licence,
        entry.version[:12],
    )
    return ", ".join(filter(None, parts))


def describe_quality(found: QualityHistory, output: Output) -> dict[str, object]:
    """Return what was measured of the newest version, and whether the promised cycle is kept."""
    newest = found.versions[0] if found.versions else DataQuality()
    return {
        "frequency": found.frequency,
        "age": None if found.age_s is None else f"{found.age_s} s",
        "cycle kept": found.kept,
        "version": newest.version[:12],
        "measured": output.format_time(find_moment(newest.measured_at) if newest.measured_at else None),
        "rows": newest.rows,
        "examined rows": newest.examined,
        "repeated rows": newest.repeated,
        "missing values": newest.missing,
        "empty columns": ", ".join(newest.empty),
        "crs": newest.crs,
        "latest time": newest.latest,
        "reason": newest.problem,
    }


def list_quality_findings(found: QualityHistory, output: Output) -> Iterator[str]:
    """Yield what is wrong with the newest version, or unusual in it."""
    for finding in found.versions[0].findings if found.versions else ():
        yield choose_text(finding.texts, output.lang)
