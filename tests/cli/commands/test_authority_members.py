"""`authority member`: invited, added, suspended, admitted, revoked, listed."""

from pathlib import Path

import pytest

from connector.cli.frame.failure import Code
from connector.identity.dcp.presented import open_credential
from connector.protocol.dcp.claims import read_claims
from tests.cli.commands.authorities import BROKER, invite, set_up
from tests.cli.conftest import Cli

FIRM = "did:web:firma.example"


@pytest.fixture
def firm(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A member that was added by its card."""
    set_up(cli, tmp_path, monkeypatch)
    cli("init", "firma", "--id", FIRM, "--public-url", "https://firma.example")
    done = cli("authority", "member", "add", "firma/card.json", "--role", "company", *BROKER)
    assert done.code == 0, done.err
    return FIRM


def standing(cli: Cli) -> dict[str, bool]:
    rows = cli("authority", "member", "list", "--json", *BROKER).json["items"]
    return {row["id"]: row.get("suspended", False) for row in rows}


def test_an_invitation_is_a_link_that_is_shown_once(cli: Cli, firm: str) -> None:
    link = invite(cli, "Stadtwerke", "--role", "utility", "--days", "2")
    assert link.startswith("https://localhost:")
    listed = cli("authority", "member", "list", *BROKER)
    assert "Stadtwerke" in listed.out + listed.err
    assert link.rpartition("#")[2].split(".")[1] not in (listed.out + listed.err)
    refused = cli("authority", "member", "invite", "X", "--type", "OtherCredential", *BROKER)
    assert (refused.code, "does not trust" in refused.err) == (1, True)


def test_a_member_is_suspended_admitted_and_revoked(cli: Cli, firm: str) -> None:
    assert standing(cli)[firm] is False
    assert cli("authority", "member", "suspend", firm, "--yes", *BROKER).code == 0
    assert standing(cli)[firm] is True
    assert cli("authority", "member", "admit", firm, *BROKER).code == 0
    assert standing(cli)[firm] is False
    assert cli("authority", "member", "revoke", firm, "--yes", *BROKER).code == 0
    assert firm not in standing(cli)


@pytest.mark.parametrize("deed", ["suspend", "revoke", "admit", "change", "credential"])
def test_who_is_no_member_is_told_before_anybody_is_asked(cli: Cli, firm: str, deed: str) -> None:
    roles = ("--role", "company") if deed == "change" else ()
    gone = cli("authority", "member", deed, "Nobody", *roles, *BROKER)
    assert (gone.code, "of no member" in gone.err, "--yes" in gone.err) == (Code.NOT_FOUND, True, False)


def test_a_member_is_found_by_its_name_if_one_alone_has_it(cli: Cli, firm: str) -> None:
    asked = cli("authority", "member", "revoke", "Firma", *BROKER)
    assert (asked.code, firm in asked.err) == (Code.USAGE, True)
    assert cli("authority", "member", "suspend", "firma", "--yes", *BROKER).code == 0
    assert standing(cli)[firm] is True
    assert cli("authority", "member", "admit", "firma", *BROKER).code == 0
    cli("init", "zwei", "--id", "did:web:zwei.example", "--name", "firma", "--public-url", "https://zwei.example")
    assert cli("authority", "member", "add", "zwei/card.json", *BROKER).code == 0
    two = cli("authority", "member", "revoke", "firma", "--yes", *BROKER)
    assert (two.code != 0, firm in two.err, "did:web:zwei.example" in two.err) == (True, True, True)
    assert firm in standing(cli)


def test_an_invitation_for_the_name_of_a_member_says_what_becomes_of_it(cli: Cli, firm: str) -> None:
    again = cli("authority", "member", "invite", "firma", *BROKER)
    assert (again.code, firm in again.err, "second member" in again.err) == (0, True, True)
    assert firm not in cli("authority", "member", "invite", "Werke", *BROKER).err


def test_the_list_says_who_is_a_member_and_what_it_may(cli: Cli, firm: str) -> None:
    assert cli("authority", "member", "change", firm, "--claim", "seat=DE", *BROKER).code == 0
    row = next(
        each for each in cli("authority", "member", "list", "--json", *BROKER).json["items"] if each["id"] == firm
    )
    assert (row["roles"], row["claims"], row["standing"]) == (["company"], {"seat": ["DE"]}, "member")
    assert row["until"]
    assert "seat=DE" in cli("authority", "member", "list", *BROKER).out


def test_roles_and_claims_change_without_a_card_and_a_loss_is_confirmed(cli: Cli, firm: str) -> None:
    change = ("authority", "member", "change", firm)
    more = cli(*change, "--role", "company", "--role", "utility", *BROKER)
    assert (more.code, "credential renew" in more.err) == (0, True)
    assert "roles: company → company, utility" in more.out
    kept = cli(*change, "--role", "company", *BROKER)
    assert (kept.code, "utility" in kept.err) == (2, True)
    less = cli(*change, "--role", "company", "--yes", "--json", *BROKER)
    assert (less.code, less.json["heard"]) == (0, 0)
    nothing = cli(*change, *BROKER)
    assert (nothing.code, "--role or --claim" in nothing.err) == (2, True)


def test_an_invitation_carries_claims(cli: Cli, firm: str) -> None:
    slip = cli("authority", "member", "invite", "X", "--claim", "quatsch=1", *BROKER)
    assert (slip.code, "quatsch" in slip.err) == (0, True)
    assert cli("authority", "member", "invite", "X", "--claim", "seat", *BROKER).code == 2


def test_a_credential_is_printed_for_the_wallet_of_another_product(cli: Cli, firm: str) -> None:
    done = cli("authority", "member", "credential", firm, *BROKER)
    read = read_claims(open_credential(done.out.strip()).payload)
    assert (done.code, read.subject, read.types) == (0, firm, ("MembershipCredential",))


def test_a_member_is_added_once(cli: Cli, firm: str) -> None:
    done = cli("authority", "member", "add", "firma/card.json", *BROKER)
    assert (done.code, "already a member" in done.err) == (1, True)
