"""Which reads `growth` measures: those of the OpenAPI document, whatever is added to it."""

from pathlib import Path

from tests.benchmarks.growth import LEFT_OUT, list_reads
from tests.support.plane import Desk

KNOWN = {name: f"urn:{name}" for name in ("dataset", "agreement", "negotiation", "transfer", "peer")}


def test_every_read_is_measured_with_every_pair_of_its_filters(tmp_path: Path) -> None:
    document = Desk(tmp_path).app.openapi()
    reads = list(list_reads(document, KNOWN))
    paths = {read.partition("?")[0] for read in reads}
    wanted = {path for path, methods in document["paths"].items() if "get" in methods and path not in LEFT_OUT}
    assert len(paths) == len([path for path in wanted if not path.endswith("/wait")])
    for pair in (("state", "peer"), ("state", "dataset"), ("peer", "dataset")):
        assert any(all(f"{name}=" in read for name in pair) for read in reads if read.startswith("/v1/negotiations?"))
    assert not [read for read in reads if "{" in read]
