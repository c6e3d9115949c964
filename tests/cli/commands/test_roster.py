"""`roster`: the operator's way from cards to a signed list, on real files."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

SETTINGS = ("--settings", "broker/datenkontor.toml")


@pytest.fixture
def space(cli: Cli, tmp_path: Path) -> Path:
    """A broker and a company that is no member yet."""
    cli("init", "broker", "--role", "broker", "--identity", "roster")
    cli("init", "firma", "--broker", "broker/card.json")
    return tmp_path


def test_a_member_is_added_with_what_the_operator_vouches_for(cli: Cli, space: Path) -> None:
    added = cli(
        "roster", "add", "firma/card.json", "--claim", "purpose=navigation", "--claim", "purpose=art", *SETTINGS
    )
    assert added.code == 0
    published = cli("roster", "publish", "--days", "7", "--json", *SETTINGS)
    assert (published.code, published.json["version"], published.json["members"]) == (0, 2, 2)
    shown = cli("roster", "show", "--json", *SETTINGS).json
    (member,) = [entry for entry in shown["members"] if entry["id"] == "urn:participant:firma"]
    assert member["claims"] == {"purpose": ["navigation", "art"]}
    assert member["roles"] == ["participant"]
    verified = cli("roster", "verify", "--json", "--settings", "firma/datenkontor.toml")
    assert verified.json["members"] == ["urn:participant:broker", "urn:participant:firma"]


def test_a_card_cannot_bring_its_own_claims(cli: Cli, space: Path) -> None:
    card = json.loads((space / "firma/card.json").read_text()) | {"claims": {"role": ["city"]}}
    (space / "hostile.json").write_text(json.dumps(card))
    done = cli("roster", "add", "hostile.json", *SETTINGS)
    assert done.code == 1
    assert "claims" in done.err
    assert len(cli("roster", "show", "--json", *SETTINGS).json["members"]) == 1


def test_a_member_is_exchanged_only_on_request(cli: Cli, space: Path) -> None:
    cli("roster", "add", "firma/card.json", *SETTINGS)
    twice = cli("roster", "add", "firma/card.json", *SETTINGS)
    assert (twice.code, "add --replace" in twice.err) == (1, True)
    replaced = cli("roster", "add", "firma/card.json", "--replace", *SETTINGS)
    assert (replaced.code, "firma is replaced." in replaced.out) == (0, True)


def test_a_replaced_member_keeps_what_is_not_given(cli: Cli, space: Path) -> None:
    given = ("--role", "carrier", "--claim", "purpose=navigation", "--data", "https://store.firma.example")
    cli("roster", "add", "firma/card.json", *given, *SETTINGS)
    before = cli("roster", "show", "--json", *SETTINGS).json["members"][1]
    cli("init", "zweite", "--id", "urn:participant:firma", "--name", "Firma", "--broker", "broker/card.json")
    replaced = cli("roster", "add", "zweite/card.json", "--replace", *SETTINGS)
    assert replaced.code == 0
    assert "keys: " in replaced.out
    assert "purpose=navigation" in replaced.out
    after = cli("roster", "show", "--json", *SETTINGS).json["members"][1]
    assert {name: after[name] for name in ("roles", "claims")} == {name: before[name] for name in ("roles", "claims")}
    cards = [json.loads((space / name / "card.json").read_text())["data"] for name in ("firma", "zweite")]
    assert after["data"] == [*cards[1], "https://store.firma.example"]
    assert set(before["data"]) == {*cards[0], "https://store.firma.example"}
    assert after["keys"] != before["keys"]


def test_a_member_loses_a_claim_only_after_a_confirmation(cli: Cli, space: Path) -> None:
    cli("roster", "add", "firma/card.json", "--claim", "purpose=navigation", "--claim", "level=gold", *SETTINGS)
    drop = ("roster", "add", "firma/card.json", "--replace", "--claim", "level=", *SETTINGS)
    unasked = cli(*drop)
    assert (unasked.code, "claim level gold" in unasked.err) == (2, True)
    assert cli("roster", "show", "--json", *SETTINGS).json["members"][1]["claims"]["level"] == ["gold"]
    done = cli(*drop, "--yes", "--json")
    assert done.json["changes"]["urn:participant:firma"][0]["lost"] == ["gold"]
    assert cli("roster", "show", "--json", *SETTINGS).json["members"][1]["claims"] == {"purpose": ["navigation"]}


def test_cards_of_which_one_is_refused_change_nothing(cli: Cli, space: Path) -> None:
    cli("roster", "add", "firma/card.json", *SETTINGS)
    cli("init", "amt", "--broker", "broker/card.json")
    assert cli("roster", "add", "amt/card.json", "firma/card.json", *SETTINGS).code == 1
    assert len(cli("roster", "show", "--json", *SETTINGS).json["members"]) == 2


def test_a_member_is_removed_by_its_name_unless_two_have_it(cli: Cli, space: Path) -> None:
    for folder in ("zweite", "dritte"):
        cli(
            "init",
            folder,
            "--id",
            f"urn:participant:{folder}",
            "--name",
            "Zweite Firma",
            "--broker",
            "broker/card.json",
        )
        cli("roster", "add", f"{folder}/card.json", *SETTINGS)
    refused = cli("roster", "remove", "Zweite Firma", "--yes", *SETTINGS)
    assert (refused.code, "urn:participant:dritte" in refused.err) == (3, True)
    assert cli("roster", "remove", "urn:participant:dritte", "--yes", *SETTINGS).code == 0
    done = cli("roster", "remove", "zweite firma", "--yes", "--json", *SETTINGS)
    assert (done.code, done.json["removed"]) == (0, "urn:participant:zweite")


def test_removal_asks_first_and_an_unknown_member_is_not_found(cli: Cli, space: Path) -> None:
    cli("roster", "add", "firma/card.json", *SETTINGS)
    unasked = cli("roster", "remove", "urn:participant:firma", *SETTINGS)
    assert (unasked.code, "--yes" in unasked.err) == (2, True)
    assert cli("roster", "remove", "urn:participant:firma", "--yes", *SETTINGS).code == 0
    assert cli("roster", "remove", "urn:participant:firma", "--yes", *SETTINGS).code == 3


def test_the_removal_of_the_broker_that_signs_is_asked_about_and_comes_back_as_a_broker(cli: Cli, space: Path) -> None:
    own = "urn:participant:broker"
    asked = cli("roster", "remove", own, *SETTINGS)
    assert (asked.code, f"{own} signs this list" in asked.err + asked.out) == (2, True)
    removed = cli("roster", "remove", own, "--yes", *SETTINGS)
    assert (removed.code, "signs this list" in removed.err) == (0, True)
    assert cli("roster", "add", "broker/card.json", *SETTINGS).code == 0
    (member,) = cli("roster", "show", "--json", *SETTINGS).json["members"]
    assert member["roles"] == ["broker"]


def test_only_the_broker_that_signs_gets_the_role_of_one_by_itself(cli: Cli, space: Path) -> None:
    cli("init", "other", "--role", "broker", "--identity", "roster")
    cli("roster", "add", "other/card.json", *SETTINGS)
    assert cli("roster", "show", "--json", *SETTINGS).json["members"][1]["roles"] == ["participant"]


def test_a_list_without_members_is_published_only_after_a_confirmation(cli: Cli, space: Path) -> None:
    before = (space / "broker/roster.jws").read_bytes()
    cli("roster", "remove", "urn:participant:broker", "--yes", *SETTINGS)
    assert cli("roster", "publish", *SETTINGS).code == 2
    assert (space / "broker/roster.jws").read_bytes() == before
    assert cli("roster", "publish", "--yes", *SETTINGS).code == 0


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("purpose=quatsch", "quatsch is no term"),
        ("purpos=navigation", "reads the claim purpos"),
        ("legalBasis=eu-gdpr:A6-1-e", "reads the claim legalBasis"),
        ("purpose=dpv:Marketing", ""),
        ("purpose=https://own.example/purpose", ""),
        ("membership=gold", ""),
    ],
)
def test_a_claim_that_is_most_likely_a_slip_is_remarked(cli: Cli, space: Path, claim: str, told: str) -> None:
    done = cli("roster", "add", "firma/card.json", "--claim", claim, *SETTINGS)
    assert done.code == 0
    assert told in done.err if told else done.err == ""


def test_a_list_signed_by_somebody_else_is_refused(cli: Cli, space: Path) -> None:
    done = cli("roster", "verify", "broker/roster.jws", "--operator", "firma/card.json", *SETTINGS)
    assert done.code == 1
    assert done.out == ""
    assert done.err.count("\n") == 1


def test_a_list_can_be_kept_without_any_settings(cli: Cli, space: Path) -> None:
    assert cli("roster", "create", "--file", "own.json", "--issuer", "urn:city:herne").code == 0
    assert cli("roster", "create", "--file", "own.json", "--issuer", "urn:city:herne").code == 1
    assert cli("roster", "add", "firma/card.json", "--file", "own.json").code == 0
    signing = ("--file", "own.json", "--out", "own.jws", "--key-file", "broker/key.pem")
    assert cli("roster", "publish", *signing).code == 0
    assert cli("roster", "verify", "own.jws", "--operator", "broker/card.json").code == 0
    assert "urn:city:herne" in cli("roster", "show", "--file", "own.json").err


@pytest.mark.parametrize("claim", ["purpose", "=x"])
def test_a_claim_that_is_no_pair_is_a_usage_error(cli: Cli, space: Path, claim: str) -> None:
    assert cli("roster", "add", "firma/card.json", "--claim", claim, *SETTINGS).code == 2
