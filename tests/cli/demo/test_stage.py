"""The stage of the demonstration: folders, the participant list, and processes that start or do not."""

import sys
from pathlib import Path

import pytest

from connector.cli.demo.stage import Stage
from connector.cli.frame.failure import Code, Failure
from tests.cli.conftest import Cli


def test_participants_share_a_list_that_the_operator_of_the_broker_signed(cli: Cli, tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.set_up("broker", "Datenraum", port_base=None)
    firm = stage.set_up("firm", "Firma Ähre", port_base=20_000)
    stage.enrol({"firm": {"purpose": ["dpv:Marketing"]}})
    assert (firm.id, firm.ports["management"]) == ("urn:participant:firma-aehre", 20_002)
    verified = cli("roster", "verify", "--settings", firm.settings, "--json")
    assert verified.json["members"] == ["urn:participant:datenraum", firm.id]
    shown = cli("roster", "show", "--settings", tmp_path / "broker/datenkontor.toml", "--json")
    assert {"purpose": ["dpv:Marketing"]} in [member["claims"] for member in shown.json["members"]]
    assert firm.key not in firm.settings.read_text()


def test_a_process_that_does_not_start_fails_with_the_end_of_its_log(tmp_path: Path) -> None:
    code = "import sys; print('a line'); sys.exit('no such thing')"
    stage = Stage(tmp_path, program=(sys.executable, "-c", code))
    stage.set_up("broker", "Datenraum", port_base=None)
    with pytest.raises(Failure, match="Datenraum did not start: no such thing") as failed:
        stage.start_all()
    assert failed.value.code is Code.FAILED
    stage.stop()
    assert stage.processes == {}


def test_a_process_that_is_ready_is_stopped_in_the_end(tmp_path: Path) -> None:
    code = "import time; print('ready', flush=True); time.sleep(60)"
    stage = Stage(tmp_path, program=(sys.executable, "-c", code))
    stage.set_up("broker", "Datenraum", port_base=None)
    stage.start_all()
    process = stage.processes["broker"]
    stage.stop()
    assert process.poll() is not None
