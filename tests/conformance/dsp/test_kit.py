"""The original conformance kit of the Dataspace Protocol against the system under test: 65 of 65 (`make tck`).

67 tests are found, of which the kit itself disables 2. Needs Java 17 and Maven; `DATENKONTOR_KIT` names a folder with
the kit's artifacts, else Maven brings them into `build/`.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.kit import ROOT, bring_artifacts, find_port, run_kit

pytestmark = pytest.mark.tck

HERE = Path(__file__).resolve().parent
FOUND, SUCCEEDED, DISABLED = 67, 65, 2
_READY = re.compile(r"(dataspacetck\.[a-z.]+)=(.*?)(?= dataspacetck\.|\n)")


@pytest.fixture(scope="module")
def artifacts() -> Path:
    return bring_artifacts(HERE)


@pytest.fixture
def properties(tmp_path: Path) -> Iterator[Path]:
    port, kit = find_port(18282), find_port(19083)
    command = [sys.executable, "-m", "tests.conformance.dsp.system", f"--port={port}", f"--kit=http://localhost:{kit}"]
    with (tmp_path / "system.log").open("w") as log:
        system = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert system.stdout is not None
            ready = system.stdout.readline()
            assert ready.startswith("ready"), (tmp_path / "system.log").read_text()
            lines = {
                "dataspacetck.dsp.local.connector": "false",
                "dataspacetck.dsp.default.wait": "15",
                "dataspacetck.host": "localhost",
                "dataspacetck.port": str(kit),
                "dataspacetck.callback.address": f"http://localhost:{kit}",
                **dict(_READY.findall(ready)),
                **_identifiers(),
            }
            path = tmp_path / "kit.properties"
            path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
            yield path
        finally:
            system.terminate()
            system.communicate(timeout=10)


def _identifiers() -> dict[str, str]:
    """Return the identifiers of every test, by the kit's names for them."""
    lines = {f"CAT_01_0{number}_DATASETID": f"CAT010{number}" for number in (1, 2, 3)}
    for part, most in (("01", 4), ("02", 7), ("03", 4)):
        for number in range(1, most + 1):
            name = f"ACN{part}{number:02}"
            lines[f"CN_{part}_{number:02}_DATASETID"] = name
            lines[f"CN_{part}_{number:02}_OFFERID"] = f"CD123:{name}:456"
    for part, most in (("01", 4), ("02", 6), ("03", 6)):
        for number in range(1, most + 1):
            lines[f"CN_C_{part}_{number:02}_DATASETID"] = f"ACNC{part}{number:02}"
    for side, prefix in (("TP", "ATP"), ("TP_C", "ATPC")):
        for part, most in (("01", 5), ("02", 5), ("03", 6)):
            for number in range(1, most + 1):
                lines[f"{side}_{part}_{number:02}_AGREEMENTID"] = f"{prefix}{part}{number:02}"
                lines[f"{side}_{part}_{number:02}_FORMAT"] = "HttpData-PULL"
    return lines


def test_the_original_kit_succeeds_in_every_test_it_runs(artifacts: Path, properties: Path) -> None:
    counts = run_kit(artifacts, HERE / "Kit.java", properties)
    assert counts[:1] + counts[2:5] == (FOUND, SUCCEEDED, 0, DISABLED), counts.told
    print(f"{counts.succeeded} of {SUCCEEDED} ({counts.found} found, {counts.skipped} disabled by the kit)")
