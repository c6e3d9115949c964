"""All rows are counted, and every check looks at windows of them."""

from connector.dataplane.inspecting import measuring
from connector.dataplane.inspecting.measuring import QualityMeter
from connector.ports.treatment import Records
from connector.views.data_quality import DataQuality

CSV = Records(format="csv")


def measure(rows: list[dict[str, str]], size: int = 7) -> DataQuality:
    meter = QualityMeter(tuple(rows[0]), CSV)
    for at in range(0, len(rows), size):
        meter.take(rows[at : at + size])
    return meter.end()


def test_empty_columns_missing_values_and_repeated_rows_are_counted() -> None:
    found = measure([{"a": "1", "b": "", "c": "x"}, {"a": "1", "b": "", "c": "x"}, {"a": "2", "b": "", "c": ""}])
    assert (found.rows, found.repeated, found.empty, found.missing, found.values) == (3, 1, ("b",), 4, 9)


def test_placeholders_and_times_of_1970_are_found_and_the_latest_time_is_known() -> None:
    rows = [{"time": f"2026-05-01T{hour:02}:00", "temperature": str(10 + hour % 5)} for hour in range(24)]
    rows[3]["temperature"] = "-999"
    rows[4]["time"] = "1970-01-01T00:00"
    found = measure(rows)
    assert {"placeholder", "epoch"} <= {finding.code for finding in found.findings}
    assert all(finding.texts["de"] for finding in found.findings)


def test_windows_grow_apart_so_that_long_data_costs_little_more() -> None:
    rows = [{"n": str(number)} for number in range(measuring.WINDOW * 20)]
    found = measure(rows, 1000)
    assert (found.rows, found.repeated) == (len(rows), 0)
    assert found.examined == measuring.WINDOW * 5, "the windows 1, 2, 4, 8 and 16"
