"""Products and quality as a person reads them."""

from datetime import UTC

from connector.cli.assets.products import describe_quality, list_inputs, list_quality_findings
from connector.cli.frame.output import Output
from connector.views.data_quality import DataQuality, QualityHistory
from connector.views.products import InputLineage, ProductState, ProductView
from connector.views.sightings import DataFinding


def make_output() -> Output:
    return Output(json=False, lang="de", zone=UTC)


def test_an_input_is_one_line_with_what_is_known_of_it() -> None:
    whole = InputLineage(name="a", dataset="urn:a", title={"de": "Zählung"}, agreement="urn:v", version="ab" * 32)
    found = ProductView(state=ProductState.ACTIVE, inputs=(whole, InputLineage(name="b", dataset="urn:b")))
    assert list_inputs(found, make_output()) == ["Zählung, urn:a, urn:v, abababababab", "urn:b"]


def test_the_newest_version_is_shown_with_its_findings() -> None:
    finding = DataFinding(code="epoch", level="fault", texts={"de": "Zeit von 1970.", "en": "1970."})
    newest = DataQuality(version="v" * 20, rows=3, findings=(finding,), measured_at=1_764_000_000_000)
    history = QualityHistory(versions=(newest, DataQuality(rows=9)), frequency="DAILY", age_s=60, kept=True)
    shown = describe_quality(history, make_output())
    assert (shown["rows"], shown["cycle kept"], shown["age"]) == (3, True, "60 s")
    assert list(list_quality_findings(history, make_output())) == ["Zeit von 1970."]
    assert describe_quality(QualityHistory(), make_output())["rows"] == 0
