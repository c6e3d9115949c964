"""The shares and the score of quality, and the page that explains them."""

import doctest
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.operating import quality
from connector.broker.operating.quality import (
    CYCLES,
    GRACE,
    OPTIONS,
    RECOMMENDED,
    WEIGHTS,
    QualityFinding,
    Tally,
    add_quality,
    compute_shares,
    rate_dataset,
)
from connector.cli.main import app
from connector.ports.broker_store import Statements
from connector.semantic.shapes import ShapeFault
from connector.semantic.statements import IriTerm, LiteralTerm, Statement
from tests.contract.test_record import NOW, entry

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "quality.md").read_text(encoding="utf-8")
ABOUT = IriTerm("urn:a")


def test_the_examples_of_the_code_and_of_the_page_are_computed() -> None:
    assert doctest.testmod(quality).failed == 0
    tally = Tally(datasets=2, stated=Counter(description=2, theme=1), conforming=1)
    shares = compute_shares(tally, 9, 1)
    told = dict(re.findall(r"^\| (\w+) \| [^|]* \| ([\d.–]+) \|$", PAGE.partition("## An example")[2], re.MULTILINE))
    assert shares.completeness is not None
    assert told == {
        "completeness": f"{shares.completeness:.3f}",
        "freshness": "–",
        "reachability": f"{shares.reachability}",
        "conformity": f"{shares.conformity}",
    }
    assert f"/ 80 = {shares.score}." in PAGE


def test_the_page_has_the_weights_and_the_cycles() -> None:
    assert dict(re.findall(r"^\| (\w+) \| (\d+) \|", PAGE, re.MULTILINE)) == {
        name: str(weight) for name, weight in WEIGHTS.items()
    }
    days = sorted({cycle // 86_400_000 for cycle in CYCLES.values()} - {0, 1})
    assert ", ".join(map(str, days[:-1])) + f" or {days[-1]} days" in PAGE


@pytest.mark.parametrize("option", sorted(set(OPTIONS.values())))
def test_an_option_that_mends_a_finding_is_one_of_asset_edit(option: str) -> None:
    import typer

    root = typer.main.get_command(app)
    edit = root.get_command(None, "asset").commands["edit"]  # type: ignore[attr-defined,arg-type]  # typer's own types are wider
    assert option in {name for parameter in edit.params for name in parameter.opts}


def test_a_dataset_lacks_what_it_does_not_state_and_a_rule_is_told_once() -> None:
    stated = [Statement(ABOUT, RECOMMENDED["theme"], IriTerm("urn:t"))]
    stated.append(Statement(ABOUT, RECOMMENDED["description"], LiteralTerm("The title.")))
    faults = [ShapeFault("urn:a", RECOMMENDED["licence"], "MinCount")]
    rated = rate_dataset(entry("a"), stated, faults, NOW)
    assert rated.stated == {"theme"}
    assert QualityFinding("MinCount", RECOMMENDED["licence"]) in rated.findings
    assert QualityFinding("missing", RECOMMENDED["licence"]) not in rated.findings
    assert QualityFinding("missing", RECOMMENDED["description"]) in rated.findings
    assert len(rated.findings) == len(RECOMMENDED) - 1


@pytest.mark.parametrize(
    ("frequency", "modified", "fresh"),
    [
        ("DAILY", NOW - GRACE * CYCLES["DAILY"], True),
        ("DAILY", NOW - GRACE * CYCLES["DAILY"] - 1, False),
        ("DAILY", None, None),
        ("IRREG", NOW, None),
        (None, NOW, None),
    ],
)
def test_a_promise_is_kept_within_two_cycles(frequency: str | None, modified: int | None, fresh: bool | None) -> None:
    promised = entry("a", statements=Statements(frequency=frequency, modified=modified))
    assert rate_dataset(promised, [], [], NOW).fresh is fresh


@given(
    datasets=st.integers(0, 50),
    stated=st.dictionaries(st.sampled_from(sorted(RECOMMENDED)), st.integers(0, 50)),
    promised=st.integers(0, 50),
    fresh=st.integers(0, 50),
    conforming=st.integers(0, 50),
    crawls=st.tuples(st.integers(0, 99), st.integers(0, 99)),
)
def test_shares_and_score_stay_in_their_bounds(
    datasets: int, stated: dict[str, int], promised: int, fresh: int, conforming: int, crawls: tuple[int, int]
) -> None:
    tally = Tally(
        datasets=datasets,
        stated=Counter({name: min(count, datasets) for name, count in stated.items()}),
        promised=promised,
        fresh=min(fresh, promised),
        conforming=min(conforming, datasets),
    )
    shares = compute_shares(tally, *crawls)
    known = [shares.completeness, shares.freshness, shares.reachability, shares.conformity]
    assert all(share is None or 0 <= share <= 1 for share in known)
    assert (shares.score is None) is (known == [None] * 4)
    assert shares.score is None or 0 <= shares.score <= 100


def test_the_kinds_of_findings_are_bounded() -> None:
    tally = Tally()
    for number in range(300):
        faults = [ShapeFault("urn:a", f"urn:path:{number}", "Class")]
        add_quality(tally, rate_dataset(entry(f"d{number}"), [], faults, NOW))
    assert (tally.datasets, len(tally.findings), len(tally.examples)) == (300, 100, 100)
    assert tally.examples[QualityFinding("Class", "urn:path:0")] == "d0"
