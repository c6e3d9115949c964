"""Offering and deciding from the command line, against a management API at the edge of HTTP."""

from pathlib import Path
from typing import Any

import pytest

from connector.views.assets import WithdrawnAssetView
from tests.cli.conftest import Cli
from tests.cli.management import Management, asset, negotiation, transfer


def test_a_file_is_offered_by_its_path_below_the_root_with_title_and_type(
    cli: Cli, management: Management, here: Path
) -> None:
    management.answer("POST", "/v1/assets", asset(), status=201)
    management.answer("POST", "/v1/assets/air/publish", asset(status="published"))
    (here / "terms.json").write_text('{"permission": [{"action": "use"}]}')
    done = cli(
        "asset", "add", "--file", here / "offered/air.csv", "--title", "Luft", "--keyword", "a", "--keyword", "b",
        "--class", "open", "--policy", here / "terms.json", "--synthetic", "--publish", "--lang", "de", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.json["status"] == "published"
    (body,) = management.bodies("POST", "/v1/assets")
    expected = {
        "title": {"de": "Luft"},
        "source": {"kind": "file", "path": "air.csv"},
        "keywords": ["a", "b"],
        "media_type": "text/csv",
        "data_class": "open",
        "synthetic": True,
        "policy": {"permission": [{"action": "use"}]},
    }
    assert {name: body[name] for name in expected} == expected


def add_unpublished(cli: Cli, management: Management, here: Path) -> Any:
    management.answer("POST", "/v1/assets", asset(), status=201)
    management.refuse("POST", "/v1/assets/air/publish", 409, "release", "Confirm the release (--release).")
    return cli("asset", "add", "--file", here / "offered/air.csv", "--title", "Luft", "--publish", "--lang", "en")


def test_what_cannot_be_published_is_not_added_either(cli: Cli, management: Management, here: Path) -> None:
    management.answer("DELETE", "/v1/assets/air", asset())
    done = add_unpublished(cli, management, here)
    assert (done.code, "Confirm the release" in done.err, "stays stored" in done.err) == (4, True, False)
    assert len(management.bodies("DELETE", "/v1/assets/air")) == 1


def test_a_draft_that_stays_after_a_refused_publication_is_named(cli: Cli, management: Management, here: Path) -> None:
    management.refuse("DELETE", "/v1/assets/air", 409, "published", "It is published.")
    done = add_unpublished(cli, management, here)
    assert (done.code, "Confirm the release" in done.err) == (4, True)
    assert "`asset publish air` publishes it" in done.err


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["asset", "withdraw", "air"], "/v1/assets/air/withdraw"),
        (["negotiation", "reject", "urn:n"], "/v1/negotiations/urn:n/reject"),
        (["negotiation", "terminate", "urn:n"], "/v1/negotiations/urn:n/terminate"),
        (["transfer", "terminate", "urn:t"], "/v1/transfers/urn:t/terminate"),
    ],
)
def test_what_ends_something_needs_consent(cli: Cli, management: Management, arguments: list[str], path: str) -> None:
    for place, answer in {
        "assets/air": asset(),
        "negotiations/urn:n": negotiation("REQUESTED"),
        "transfers/urn:t": transfer("STARTED"),
    }.items():
        management.answer("GET", f"/v1/{place}", answer)
    done = cli(*arguments)
    assert (done.code, "--yes" in done.err, management.bodies("POST", path)) == (2, True, [])


def test_what_an_asset_leaves_behind_when_it_is_withdrawn_is_said(cli: Cli, management: Management) -> None:
    gone = WithdrawnAssetView(asset=asset(status="withdrawn"), agreements=3, running=2)
    management.answer("POST", "/v1/assets/air/withdraw", gone)
    done = cli("asset", "withdraw", "air", "--yes", "--lang", "en")
    assert done.code == 0
    assert "Agreements that remain valid: 3; active transfers: 2. Use --end-agreements to end them." in done.err
    provider_ended = WithdrawnAssetView(asset=asset(status="withdrawn"), agreements=0, running=0, ended=3)
    management.answer("POST", "/v1/assets/air/withdraw", provider_ended)
    ended = cli("asset", "withdraw", "air", "--end-agreements", "--reason", "Broken", "--yes")
    assert "Agreements that ended: 3." in ended.err
    assert "at its next transfer" in ended.err
    assert management.bodies("POST", "/v1/assets/air/withdraw") == [
        {},
        {"end_agreements": True, "reason": "Broken"},
    ]


@pytest.mark.parametrize(("waiting", "said"), [(1, "1 request waits"), (2, "wait for a person: 2"), (0, "")])
def test_how_many_requests_wait_is_said_when_an_offer_changes_or_ends(
    cli: Cli, management: Management, waiting: int, said: str
) -> None:
    gone = WithdrawnAssetView(asset=asset(status="withdrawn"), agreements=0, running=0, waiting=waiting)
    management.answer("POST", "/v1/assets/air/withdraw", gone)
    management.answer("PATCH", "/v1/assets/air", asset(waiting=waiting))
    for arguments in (["withdraw", "air", "--yes"], ["edit", "air", "--keyword", "Luft"]):
        done = cli("asset", *arguments, "--lang", "en")
        assert (done.code, said in done.err, "hold list" in done.err) == (0, True, waiting > 0)


def test_what_policies_may_ask_of_an_asset_is_stated_and_remarks_are_said(
    cli: Cli, management: Management, here: Path
) -> None:
    remark = {"de": "Das ist ungewöhnlich.", "en": "That is unusual."}
    management.answer("POST", "/v1/assets", asset(remarks=(remark,)))
    options = ["--language", "de", "--data-version", "2", "--legal-basis", "eu-gdpr:A6-1-e", "--marking", "personal"]
    done = cli("asset", "add", "--file", here / "offered/air.csv", *options, "--lang", "en")
    assert (done.code, "That is unusual." in done.err) == (0, True)
    (body,) = management.bodies("POST", "/v1/assets")
    assert body["stated"] == {
        "languages": ["de"],
        "release": "2",
        "resolution": None,
        "encrypted": False,
        "legal_basis": ["eu-gdpr:A6-1-e"],
        "marking": "personal",
    }


def test_an_unknown_asset_is_not_found(cli: Cli, management: Management) -> None:
    for method, verb in (("GET", ""), ("POST", "/publish"), ("POST", "/withdraw")):
        management.refuse(method, f"/v1/assets/none{verb}", 404, "unknown-asset", "Unknown asset none.")
    for arguments in (["show", "none"], ["publish", "none"], ["withdraw", "none", "--yes"]):
        management.answer("GET", "/v1/assets", {"items": [], "next": None})
        done = cli("asset", *arguments, "--json")
        assert (done.code, done.out) == (3, "")
        assert done.err == "datenkontor: Unknown asset none: `datenkontor asset list` lists the assets.\n"


def test_no_assets_of_a_status_are_an_empty_listing(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/assets", {"items": [], "next": None})
    empty = cli("asset", "list", "--status", "withdrawn", "--lang", "de")
    assert (empty.code, empty.out, empty.err) == (0, "", "Keine Einträge vorhanden.\n")
    assert management.asked[-1].query["status"] == ["withdrawn"]
    assert cli("asset", "list", "--status", "lost").code == 2


def test_a_question_names_the_effect_in_the_language_of_the_call(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/assets/air", asset())
    plain = cli("asset", "withdraw", "air", "--lang", "de")
    assert (plain.code, "geschlossene Verträge gelten weiter" in plain.err) == (2, True)
    far = cli("asset", "withdraw", "air", "--end-agreements", "--lang", "en")
    assert (far.code, "all agreements on it end with their transfers" in far.err) == (2, True)
    assert management.bodies("POST", "/v1/assets/air/withdraw") == []


def test_a_published_asset_is_reported_with_its_title_and_status(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/assets/air/publish", asset(status="published"))
    done = cli("asset", "publish", "air", "--release", "--lang", "de")
    assert (done.code, done.out) == (0, "Luftqualität: veröffentlicht.\n")
    assert management.bodies("POST", "/v1/assets/air/publish") == [{"release": True}]


def edit(cli: Cli, management: Management, *options: object) -> Any:
    management.answer("GET", "/v1/assets/air", asset())
    management.answer("PATCH", "/v1/assets/air", asset())
    done = cli("asset", "edit", "air", *options)
    assert done.code == 0, done.err
    return management.bodies("PATCH", "/v1/assets/air")[-1]["change"]


def test_only_the_given_options_change_an_asset(cli: Cli, management: Management, here: Path) -> None:
    assert edit(cli, management, "--title", "Luft", "--lang", "de") == {"title": {"de": "Luft"}}
    assert edit(cli, management, "--no-live", "--class", "open") == {"live": False, "data_class": "open"}
    assert edit(cli, management, "--data-version", 2) == {"stated": {"release": "2"}}
    assert edit(cli, management, "--keyword", "a", "--remove", "licence", "--remove", "theme") == {
        "keywords": ["a"],
        "licence": None,
        "themes": None,
    }
    assert edit(cli, management, "--file", here / "offered/air.csv") == {
        "source": {"kind": "file", "path": "air.csv"},
        "media_type": "text/csv",
    }
    assert edit(cli, management, "--template", "open-data", "--set", "notice=Quelle: Amt")["policy"]["permission"]


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ("template", {"policy": None}),
        ("--policy", {"policy": None}),
        ("record", {"records": None}),
        ("language", {"stated": {"languages": None}}),
        ("legal-basis", {"stated": {"legal_basis": None}}),
        ("data-version", {"stated": {"release": None}}),
    ],
)
def test_what_any_option_states_is_reset_by_the_name_of_the_option(
    cli: Cli, management: Management, word: str, change: dict[str, Any]
) -> None:
    assert edit(cli, management, "--remove", word, "--yes") == change


def test_a_word_that_is_not_reset_is_told_with_those_that_are(cli: Cli, management: Management) -> None:
    done = cli("asset", "edit", "air", "--remove", "title", "--lang", "de")
    assert (done.code, "möglich sind access, at-broker, class, conforms-to, contact, data-version" in done.err) == (
        2,
        True,
    )
    assert "legal-basis, legislation, licence, live" in done.err


@pytest.mark.parametrize(
    "options", [[], ["--remove", "title"], ["--remove", "id"], ["--remove", "colour"], ["--glob", "*"]]
)
def test_a_change_without_content_or_of_something_else_is_a_usage_error(
    cli: Cli, management: Management, options: list[str]
) -> None:
    management.answer("GET", "/v1/assets/air", asset())
    assert cli("asset", "edit", "air", *options).code == 2


def test_a_version_keeps_everything_but_the_data(cli: Cli, management: Management, here: Path) -> None:
    management.answer("GET", "/v1/assets/air", asset())
    management.answer("PATCH", "/v1/assets/air", asset())
    done = cli("asset", "version", "air", "2026-12", "--file", here / "offered/air.csv", "--lang", "de")
    assert "Version 2026-12 wird angeboten" in done.out
    (body,) = management.bodies("PATCH", "/v1/assets/air")
    assert body["change"] == {"stated": {"release": "2026-12"}, "source": {"kind": "file", "path": "air.csv"}}


def test_an_asset_is_removed_after_consent(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/assets/air", asset())
    management.answer("DELETE", "/v1/assets/air", asset())
    assert cli("asset", "remove", "air").code == 2
    done = cli("asset", "remove", "air", "--yes", "--lang", "de")
    assert (done.code, "gelöscht" in done.out) == (0, True)


@pytest.mark.parametrize(("member", "asked"), [("policy", True), ("access", True), ("licence", False)])
@pytest.mark.parametrize("status", ["published", "draft"])
def test_a_published_asset_is_opened_to_everybody_only_if_that_is_confirmed(
    cli: Cli, management: Management, member: str, asked: bool, status: str
) -> None:
    management.answer("GET", "/v1/assets/air", asset(status=status))
    management.answer("PATCH", "/v1/assets/air", asset(status=status))
    done = cli("asset", "edit", "air", "--remove", member)
    confirmed = asked and status == "published"
    assert (done.code, "open to every participant. Add --yes" in done.err) == ((2, True) if confirmed else (0, False))
    assert len(management.bodies("PATCH", "/v1/assets/air")) == (not confirmed)
    assert cli("asset", "edit", "air", "--remove", member, "--yes").code == 0
