"""`authority renew` and `authority pin`: a new pair of roots, by the word of the spare or by hand."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.authority import keeping, roster
from connector.authority.card import operator_keys
from connector.authority.keeping import Authority
from connector.authority.roster import RosterFault
from connector.identity.keys import public_jwk
from tests.cli.commands.authorities import BROKER, answering, invite, set_up
from tests.cli.conftest import Cli
from tests.e2e.live import free_base


@pytest.fixture
def authority(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    set_up(cli, tmp_path, monkeypatch)
    home = tmp_path / "broker"
    return Authority(folder=home / "authority", members=home / "members.json")


def test_the_spare_names_a_new_pair_of_roots_after_the_first_one_was_lost(
    cli: Cli, authority: Authority, tmp_path: Path
) -> None:
    before = keeping.load_roots(authority)
    (authority.folder / "root.pem").unlink()
    here = cli("authority", "renew", "--spare", "broker/authority/spare.pem", "--yes", *BROKER)
    assert (here.code, "move the old roots away" in here.err) == (1, True)
    vault = (authority.folder / "spare.pem").rename(tmp_path / "vault.pem")
    wrong = cli("authority", "renew", "--spare", "broker/key.pem", "--yes", *BROKER)
    assert (wrong.code, "not the spare root" in wrong.err) == (1, True)
    assert cli("authority", "renew", "--yes", *BROKER).code == 2
    done = cli("authority", "renew", "--spare", str(vault), "--yes", *BROKER)
    after = keeping.load_roots(authority)
    assert (done.code, after[0].kid in done.out) == (0, True)
    assert {key.kid for key in after}.isdisjoint(key.kid for key in before)
    # The old pins follow, and the new ones need no word of the old.
    now = datetime.now(UTC)
    for pinned in (before, after):
        assert roster.verify(authority.signed, pinned, now=now).seen.root == after[0].kid
    assert operator_keys(authority.folder / "authority.jwks") == after
    again = cli("authority", "rotate", "--root", "broker/authority/root.pem", *BROKER)
    assert again.code == 0
    # The next pair is named by the new spare.
    for name in ("root", "spare"):
        (authority.folder / f"{name}.pem").rename(tmp_path / f"{name}-2.pem")
    assert cli("authority", "renew", "--spare", str(vault), "--yes", *BROKER).code == 1
    assert cli("authority", "renew", "--spare", str(tmp_path / "spare-2.pem"), "--yes", *BROKER).code == 0
    assert roster.verify(authority.signed, before, now=now).seen.root == keeping.load_roots(authority)[0].kid


def test_if_both_roots_are_lost_members_pin_the_new_pair_by_hand(
    cli: Cli, authority: Authority, tmp_path: Path
) -> None:
    before = keeping.load_roots(authority)
    for name in ("root", "spare"):
        (authority.folder / f"{name}.pem").unlink()
    done = cli("authority", "renew", "--by-hand", "--yes", *BROKER)
    after = keeping.load_roots(authority)
    assert (done.code, f"authority pin {after[0].kid}" in done.out) == (0, True)
    now = datetime.now(UTC)
    for pinned in (before, after):
        assert roster.verify(authority.signed, pinned, now=now).seen.root == pinned[0].kid

    link = invite(cli, "Firma")
    with answering(tmp_path / "broker/datenkontor.toml"):
        base = free_base()
        joined = cli("join", link, "firma", "--public-url", f"https://localhost:{base}", "--port-base", str(base))
        assert joined.code == 0, joined.err
        (tmp_path / "firma" / "authority.jwks").write_text(json.dumps({"keys": [public_jwk(key) for key in before]}))
        firm = ("--settings", "firma/datenkontor.toml")
        wrong = cli("authority", "pin", before[0].kid, *firm)
        assert (wrong.code, "another root" in wrong.err) == (1, True)
        assert operator_keys(tmp_path / "firma" / "authority.jwks") == before
        assert cli("authority", "pin", after[0].kid, *firm).code == 0
    assert operator_keys(tmp_path / "firma" / "authority.jwks") == after
    assert cli("authority", "pin", after[0].kid, *BROKER).code == 2

    assert cli("authority", "rotate", "--root", "broker/authority/root.pem", *BROKER).code == 0
    with pytest.raises(RosterFault, match="no root that is pinned"):
        roster.verify(authority.signed, before, now=now)
