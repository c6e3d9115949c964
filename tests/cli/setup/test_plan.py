"""The plan of a folder."""

from pathlib import Path

import pytest

from connector.cli.setup.plan import Plan, build_slug
from tests.cli.conftest import Cli


def test_a_name_becomes_an_identifier() -> None:
    assert build_slug("Stadtwerke Münster & Söhne, Straße 1") == "stadtwerke-muenster-soehne-strasse-1"


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:7080", True),
        ("http://localhost:7080", True),
        ("http://[::1]:7080", True),
        ("https://daten.example.org", False),
    ],
)
def test_a_plan_has_the_address_of_the_participant_list(tmp_path: Path, url: str, local: bool) -> None:
    plan = Plan(
        directory=tmp_path,
        id="urn:a",
        name="A",
        public_url=url,
        ports={},
        is_broker=False,
        broker=None,
        roster=None,
        data=None,
    )
    assert (plan.local, plan.address.startswith(url), plan.address != url) == (local, True, True)


def test_a_name_without_letters_needs_an_identifier(cli: Cli, tmp_path: Path) -> None:
    done = cli("init", "a", "--name", "!!!", "--identity", "roster")
    assert (done.code, "--id" in done.err, (tmp_path / "a").exists()) == (2, True, False)
    assert cli("init", "a", "--name", "!!!", "--id", "urn:a", "--identity", "roster").code == 0
