"""The original conformance kit of the Decentralized Claims Protocol against a connector (`make tck`).

Its parts for the Credential Service, for verifiers and for issuers. Where the kit and DCP 1.0.1 differ, the standard
counts, and what the kit expects instead is done with `identity.of_kit` alone: docs/dcp.md has the list. Needs Java 17
and Maven.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conformance.dcp.system import CLIENT, CORRELATION, SECRET
from tests.conformance.kit import ROOT, bring_artifacts, find_port, run_kit

pytestmark = pytest.mark.tck

HERE = Path(__file__).resolve().parent
PACKAGE = "org.eclipse.dataspacetck.dcp.verification"


@pytest.fixture(scope="module")
def artifacts() -> Path:
    return bring_artifacts(HERE)


@contextmanager
def under_test(folder: Path, role: str, **more: str) -> Iterator[Path]:
    """Run the system in a role and yield the properties of a kit; `{port}` in `more` is its second port."""
    port, kit = find_port(18382), find_port(19183)
    command = [sys.executable, "-m", "tests.conformance.dcp.system", f"--port={port}", f"--kit={kit}"]
    with (folder / "system.log").open("w") as log:
        system = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert system.stdout is not None
            ready = system.stdout.readline()
            assert ready.startswith("ready"), (folder / "system.log").read_text()
            roles = {
                name: f"did:web:localhost%3A{kit}:{name}" for name in ("holder", "verifier", "issuer", "thirdparty")
            }
            lines: Mapping[str, str] = {
                "host": "localhost",
                "port": str(kit),
                "callback.address": f"http://localhost:{kit}",
                **{f"did.{name}": did for name, did in roles.items()},
                f"did.{role}": ready.partition(": ")[2].strip(),
                "credentials.correlation.id": CORRELATION,
                **{name.replace("_", "."): value.format(port=port + 1) for name, value in more.items()},
            }
            path = folder / "kit.properties"
            path.write_text("".join(f"dataspacetck.{name}={value}\n" for name, value in lines.items()))
            yield path
        finally:
            system.terminate()
            system.communicate(timeout=10)


def test_the_kit_reads_and_writes_credentials_as_the_standard_says(artifacts: Path, tmp_path: Path) -> None:
    told = {"sts_url": "http://localhost:{port}", "sts_client_id": CLIENT, "sts_client_secret": SECRET}
    with under_test(tmp_path, "holder", **told) as properties:
        packages = f"{PACKAGE}.presentation.cs", f"{PACKAGE}.issuance.cs"
        counts = run_kit(artifacts, HERE / "Kit.java", properties, *packages)
    assert counts[:5] == (43, 40, 40, 0, 3), counts.told
    print("Credential Service: 40 of 40 (43 found, 3 disabled by the kit)")


def test_the_kit_is_verified_as_it_expects(artifacts: Path, tmp_path: Path) -> None:
    with under_test(tmp_path, "verifier", vpp_trigger_endpoint="http://localhost:{port}/trigger") as properties:
        counts = run_kit(artifacts, HERE / "Kit.java", properties, f"{PACKAGE}.presentation.verifier")
    assert counts[:5] == (20, 20, 20, 0, 0), counts.told
    print("verifier: 20 of 20")


def test_the_kit_is_issued_credentials_as_it_expects(artifacts: Path, tmp_path: Path) -> None:
    with under_test(tmp_path, "issuer") as properties:
        counts = run_kit(artifacts, HERE / "Kit.java", properties, f"{PACKAGE}.issuance.issuer")
    assert counts[:5] == (25, 25, 25, 0, 0), counts.told
    print("issuer: 25 of 25")
