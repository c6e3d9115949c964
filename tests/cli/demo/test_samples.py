"""The generated data of the demonstration: the same every time, and marked as synthetic."""

import csv
import json
from contextlib import closing
from pathlib import Path

from connector.cli.demo.samples import READINGS, STREETS, LiveSource, write_counts, write_readings
from connector.cli.frame.probe import probe_url


def test_readings_are_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        write_readings(tmp_path / name)
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    with (tmp_path / "one.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == READINGS
    assert all(row["sensor"].startswith("SYN-") for row in rows)


def test_counts_are_a_file_for_each_street(tmp_path: Path) -> None:
    write_counts(tmp_path / "counts")
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((tmp_path / "counts").iterdir())]
    assert [document["street"] for document in documents] == list(STREETS)
    assert all(document["synthetic"] and len(document["vehicles_per_hour"]) == 24 for document in documents)


def test_the_live_source_has_a_new_reading_for_every_request() -> None:
    with closing(LiveSource()) as source:
        first, second = (json.loads(probe_url(source.url).body) for _ in range(2))
    assert (first["reading"], second["reading"]) == (1, 2)
    assert first["synthetic"]
    assert probe_url(source.url).status is None
