"""`authority partner`: the authority of another city is listed by the thumbprint of its root."""

from pathlib import Path

import pytest

from tests.cli.commands.authorities import BROKER, answering, set_up
from tests.cli.conftest import Cli
from tests.e2e.live import free_base

OTHER = ("--settings", "other/datenkontor.toml")


def test_another_authority_is_listed_shown_and_removed(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(cli, tmp_path, monkeypatch)
    port = free_base()
    url = f"https://localhost:{port}"
    cli("init", "other", "--role", "broker", "--identity", "roster", "--public-url", url, "--port-base", str(port))
    assert cli("authority", "init", *OTHER).code == 0
    shown = cli("authority", "partner", "list", *OTHER)
    root = (shown.out + shown.err).rstrip().rstrip(".").rpartition(" ")[2]
    assert cli("authority", "partner", "list", "--json", *OTHER).json == {"root": root, "items": [], "next": None}
    words = ("authority", "partner", "add", f"{url}/authority", "--type", "MembershipCredential")
    with answering(tmp_path / "other/datenkontor.toml"):
        wrong = cli(*words, "--root", "guess", *BROKER)
        assert (wrong.code, "another root" in wrong.err) == (1, True)
        slip = cli(*words[:4], "--type", "Membership", "--root", root, *BROKER)
        assert (slip.code, "asks for MembershipCredential" in slip.err) == (0, True)
        done = cli(*words, "--root", root, *BROKER)
    assert (done.code, "asks for" in done.err, "before, for Membership." in done.out) == (0, False, True), done.err
    (listed,) = cli("authority", "partner", "list", "--json", *BROKER).json["items"]
    assert listed["authority"] == f"did:web:localhost%3A{port}:authority"
    unknown = cli("authority", "partner", "remove", "did:web:nobody.example", *BROKER)
    assert (unknown.code, "partner list" in unknown.err, "--yes" in unknown.err) == (3, True, False)
    removed = cli("authority", "partner", "remove", listed["authority"], "--yes", *BROKER)
    assert removed.code == 0
    assert cli("authority", "partner", "list", "--json", *BROKER).json["items"] == []
