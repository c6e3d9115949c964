"""The commands of the page of tenants, done as they stand there."""

import shlex
from pathlib import Path

from tests.cli.conftest import Cli
from tests.docs.pages import marked

STEPS = marked("docs/tenants.md", "tenants")


def test_a_tenant_comes_and_goes_as_the_page_says(cli: Cli, tmp_path: Path) -> None:
    assert cli("init", "city", "--identity", "roster", "--name", "Stadt").code == 0
    settings = tmp_path / "city" / "datenkontor.toml"
    text = settings.read_text()
    settings.write_text(text.replace("[tenants]\n", "").replace("#folder =\n", "") + STEPS["settings"].text)
    told = []
    for line in STEPS["commands"].text.splitlines():
        outcome = cli(*shlex.split(line)[1:])
        assert outcome.code == 0, (line, outcome.err)
        told.append(outcome.out)
    assert "urn:participant:parks" in told[0]
    assert "DATENKONTOR_KEY=" in told[0]
    assert "Gartenbauamt" not in told[5]
    assert not (tmp_path / "city" / "tenants" / "parks").exists()
    assert (tmp_path / "parks.tar").stat().st_mode & 0o077 == 0
