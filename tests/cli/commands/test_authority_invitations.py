"""`authority invitation`: what was sent is listed without its secret, and withdrawn."""

from pathlib import Path

import pytest

from tests.cli.commands.authorities import BROKER, answering, invite, set_up
from tests.cli.conftest import Cli


def test_an_invitation_is_listed_and_withdrawn_and_its_link_makes_no_member(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = set_up(cli, tmp_path, monkeypatch)
    link = invite(cli, "Stadtwerke", "--role", "utility")
    listed = cli("authority", "invitation", "list", *BROKER)
    assert "Stadtwerke" in listed.out
    assert link.rpartition("#")[2].split(".")[1] not in listed.out + listed.err
    (row,) = cli("authority", "invitation", "list", "--json", *BROKER).json["items"]
    assert (row["state"], row["roles"]) == ("open", ["utility"])

    done = cli("authority", "invitation", "withdraw", "Stadtwerke", "--yes", *BROKER)
    assert (done.code, "is withdrawn" in done.out + done.err) == (0, True)
    (row,) = cli("authority", "invitation", "list", "--json", *BROKER).json["items"]
    assert row["state"] == "withdrawn"
    assert "Stadtwerke" not in cli("authority", "member", "list", *BROKER).err
    again = cli("authority", "invitation", "withdraw", row["id"], "--yes", *BROKER)
    assert (again.code, "no open invitation" in again.err) == (1, True)

    with answering(Path("broker/datenkontor.toml")):
        url = f"https://localhost:{base}"
        late = cli("join", link, "werke", "--public-url", url, "--port-base", str(base), "--lang", "de")
    assert (late.code, "zurückgezogen" in late.err) == (1, True)
    assert len(cli("authority", "member", "list", "--json", *BROKER).json["items"]) == 1
