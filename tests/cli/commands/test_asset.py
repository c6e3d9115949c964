"""Offering and deciding from the command line, against a management API at the edge of HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.client.chapters.agreements import Paid, Payment
from connector.client.chapters.assets import Withdrawn
from connector.client.chapters.events import Event
from connector.client.chapters.negotiations import Decision
from tests.cli.conftest import Cli
from tests.cli.management import KEY, NOW, Management, agreement, asset, negotiation, served


@pytest.fixture
def management(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Management]:
    with served(Management()) as running:
        monkeypatch.setenv("DATENKONTOR_URL", running.url)
        monkeypatch.setenv("DATENKONTOR_KEY", KEY)
        yield running


@pytest.fixture
def here(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a connector with a file to offer."""
    cli("init", "city")
    folder = tmp_path / "city"
    (folder / "offered/counts").mkdir()
    (folder / "offered/air.csv").write_text("time,value\n")
    monkeypatch.setenv("DATENKONTOR_SETTINGS", str(folder / "datenkontor.toml"))
    return folder


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


def test_a_folder_and_a_url_become_their_addresses(cli: Cli, management: Management, here: Path) -> None:
    management.answer("POST", "/v1/assets", asset(), status=201)
    assert cli("asset", "add", "--folder", "counts", "--glob", "*.geojson").code == 0
    url = "https://backend.example/roads"
    assert cli("asset", "add", "--url", url, "--header", "X-Api-Key=s=3cret", "--live").code == 0
    folder, backend = management.bodies("POST", "/v1/assets")
    assert folder["source"] == {"kind": "file", "path": "counts", "glob": "*.geojson"}
    assert folder["media_type"] == "application/geo+json"
    assert backend["source"] == {"kind": "http", "url": url, "headers": {"X-Api-Key": "s=3cret"}}
    assert (backend["live"], backend["title"]) == (True, {"en": "roads"})


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--title", "nothing"], 2),
        (["--file", "air.csv", "--url", "http://x"], 2),
        (["--file", "air.csv", "--glob", "*"], 2),
        (["--file", "missing.csv"], 3),
        (["--file", "/etc/hostname"], 2),
        (["--file", "../datenkontor.toml"], 3),
        (["--file", "air.csv", "--policy", "missing.json"], 2),
    ],
)
def test_what_cannot_be_offered_is_said_before_anything_is_asked(
    cli: Cli, management: Management, here: Path, arguments: list[str], code: int
) -> None:
    done = cli("asset", "add", *arguments)
    assert (done.code, done.err.count("\n"), management.asked) == (code, 1, [])


def test_a_policy_that_is_no_object_is_refused(cli: Cli, management: Management, here: Path) -> None:
    for content in ("[]", "{", "[" * 100_000, "\xff"):
        (here / "bad.json").write_text(content, encoding="latin-1")
        done = cli("asset", "add", "--file", "air.csv", "--policy", here / "bad.json")
        assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_listing_shows_a_page_and_the_way_on(cli: Cli, management: Management) -> None:
    pages = [{"items": [asset(id=name)], "next": after} for name, after in (("one", "c1"), ("two", None))]
    management.answer("GET", "/v1/assets", pages[0])
    page = cli("asset", "list", "--limit", 1)
    assert (page.code, "one" in page.out, "--after c1" in page.err) == (0, True, True)
    assert page.out.splitlines()[0].split() == ["ID", "TITLE", "STATUS", "CLASS", "SOURCE"]
    management.answer("GET", "/v1/assets", *pages)
    every = cli("asset", "list", "--limit", 1, "--all", "--json")
    assert [entry["id"] for entry in every.json["items"]] == ["one", "two"]
    assert every.json["next"] is None
    assert management.asked[-1].query == {"limit": ["1"], "after": ["c1"]}


def test_nothing_to_list_is_said_beside_the_result(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/holds", {"items": [], "next": None})
    done = cli("hold", "list")
    assert (done.code, done.out) == (0, "")
    assert done.err
    assert cli("hold", "list", "--json").json == {"items": [], "next": None}


def test_what_a_peer_wrote_cannot_steer_the_terminal(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/assets/air", asset(title={"en": "Air\x1b[31m\x07\u202e\nred"}))
    out = cli("asset", "show", "air").out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)


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
    done = cli(*arguments)
    assert (done.code, "--yes" in done.err, management.asked) == (2, True, [])


def test_a_person_decides_about_a_negotiation(cli: Cli, management: Management, tmp_path: Path) -> None:
    (tmp_path / "terms.json").write_text('{"permission": []}')
    base = "/v1/negotiations/urn:n"
    for verb in ("approve", "reject", "counter"):
        management.answer("POST", f"{base}/{verb}", negotiation("AGREED"))
    assert cli("negotiation", "approve", "urn:n").code == 0
    assert cli("negotiation", "reject", "urn:n", "--reason", "Nein", "--yes").code == 0
    assert cli("negotiation", "counter", "urn:n", "--policy", "terms.json").code == 0
    assert management.bodies("POST", f"{base}/reject") == [{"reason": "Nein"}]
    assert management.bodies("POST", f"{base}/counter") == [{"policy": {"permission": []}}]
    assert cli("negotiation", "counter", "urn:n").code == 2


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        (negotiation("FINALIZED"), 0, ""),
        (negotiation("TERMINATED", ended="Purpose is not navigation."), 4, "Purpose is not navigation."),
        (negotiation("OFFERED", hold="The provider makes an offer."), 6, "The provider makes an offer."),
        (negotiation("REQUESTED"), 6, "REQUESTED"),
    ],
)
def test_the_end_of_a_wait_is_its_exit_code(cli: Cli, management: Management, found: Any, code: int, said: str) -> None:
    management.answer("GET", "/v1/negotiations/urn:n/wait", found)
    done = cli("negotiation", "wait", "urn:n", "--timeout", 0, "--json")
    assert (done.code, done.json["id"], said in done.err) == (code, "urn:n", True)


@pytest.mark.parametrize(
    ("status", "code"), [(400, 2), (403, 4), (404, 3), (409, 4), (422, 2), (500, 1), (502, 5), (503, 5)]
)
def test_a_failure_of_the_connector_is_its_sentence_and_an_exit_code(
    cli: Cli, management: Management, status: int, code: int
) -> None:
    management.refuse("GET", "/v1/agreements/urn:a", status, "some", "It is so: do this.")
    done = cli("agreement", "show", "urn:a", "--json")
    assert (done.code, done.out, done.err) == (code, "", "datenkontor: It is so: do this.\n")


def test_an_agreement_is_shown_with_its_terms_and_use(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/agreements/urn:a", agreement())
    management.answer("GET", "/v1/usage/urn:a", {"agreement_id": "urn:a", "bytes_moved": 2_500_000, "uses": 3})
    done = cli("agreement", "show", "urn:a")
    assert "may use." in done.out
    assert "3 times, 2.5 MB" in done.out


def test_a_wrong_key_and_a_missing_one_are_told_apart(
    cli: Cli, management: Management, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = cli("asset", "list", "--key", "guess")
    assert (wrong.code, "guess" in wrong.err) == (4, False)
    monkeypatch.delenv("DATENKONTOR_KEY")
    assert cli("asset", "list").code == 2


def test_a_connector_that_is_not_there_is_not_reachable(cli: Cli) -> None:
    done = cli("asset", "list", "--connector", "http://127.0.0.1:9", "--key", "k", "--json")
    assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)


def test_without_settings_or_address_it_is_said_what_to_give(cli: Cli) -> None:
    done = cli("asset", "list", "--key", "k")
    assert (done.code, "--settings" in done.err) == (2, True)


def test_holds_are_listed_for_people_and_programs(cli: Cli, management: Management) -> None:
    hold = json.loads(json.dumps({"process_id": "urn:n", "process_kind": "negotiation", "reason": "Look.", "who": "p"}))
    management.answer("GET", "/v1/holds", {"items": [hold | {"created_at": NOW, "until": None}], "next": None})
    assert "Look." in cli("hold", "list").out
    assert cli("hold", "list", "--json").json["items"][0]["who"] == "p"


def test_payments_are_recorded_and_shown(cli: Cli, management: Management) -> None:
    path = "/v1/agreements/urn:a/payments"
    entry = Payment(state="settled", at=NOW, by="accounts", amount="12.50", currency="EUR", until=NOW)
    paid = Paid(agreement_id="urn:a", state="settled", until=NOW, amount="12.50", currency="EUR", entries=(entry,))
    management.answer("POST", path, paid)
    management.answer("GET", path, paid)
    done = cli(
        "agreement",
        "payment",
        "urn:a",
        "--state",
        "settled",
        "--amount",
        "12.50",
        "--until",
        "2026-12-31",
        "--lang",
        "de",
    )
    assert (done.code, done.out) == (0, "urn:a: settled, bezahlt 12.50 EUR.\n")
    assert management.bodies("POST", path) == [{"state": "settled", "amount": "12.50", "until": "2026-12-31T00:00:00Z"}]
    shown = cli("agreement", "payment", "urn:a")
    assert "12.50 EUR" in shown.out
    assert "accounts" in shown.out
    assert cli("agreement", "payment", "urn:a", "--amount", "1").code == 2
    assert cli("agreement", "payment", "urn:a", "--state", "due", "--until", "soon").code == 2


def test_events_are_declared_and_listed(cli: Cli, management: Management) -> None:
    begun = Event(name="urn:e:flood", going_on=True, since=NOW, by="operations")
    over = Event(name="urn:e:flood", going_on=False, since=NOW, by="operations")
    management.answer("POST", "/v1/events/begin", begun)
    management.answer("POST", "/v1/events/end", over)
    management.answer("GET", "/v1/events", [over])
    assert "goes on since" in cli("event", "begin", "urn:e:flood", "--lang", "en").out
    assert "ist vorbei seit" in cli("event", "end", "urn:e:flood", "--lang", "de").out
    assert "operations" in cli("event", "list").out
    assert management.bodies("POST", "/v1/events/begin") == [{"name": "urn:e:flood"}]


def test_what_an_asset_leaves_behind_when_it_is_withdrawn_is_said(cli: Cli, management: Management) -> None:
    gone = Withdrawn(asset=asset(status="withdrawn"), agreements=3, running=2)
    management.answer("POST", "/v1/assets/air/withdraw", gone)
    done = cli("asset", "withdraw", "air", "--yes", "--lang", "en")
    assert done.code == 0
    assert "3 contracts on it hold and 2 transfers run; --end-agreements ends them." in done.err
    cli("asset", "withdraw", "air", "--end-agreements", "--reason", "Broken", "--yes")
    assert management.bodies("POST", "/v1/assets/air/withdraw") == [
        {"end_agreements": False, "reason": ""},
        {"end_agreements": True, "reason": "Broken"},
    ]


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


def test_what_was_decided_in_a_negotiation_is_shown_with_the_reasons(cli: Cli, management: Management) -> None:
    texts = {"de": ("Die Regeln erlauben es nicht.", "Zweck: nicht erfüllt."), "en": ("No.",)}
    denied = Decision(at=NOW, event="decided terminate", record={"verdict": "deny"}, texts=texts)
    management.answer("GET", "/v1/negotiations/urn:n", negotiation("TERMINATED", decisions=(denied,)))
    shown = cli("negotiation", "show", "urn:n", "--lang", "de")
    assert "decided terminate: Die Regeln erlauben es nicht. Zweck: nicht erfüllt." in shown.out
    assert cli("negotiation", "show", "urn:n", "--json").json["decisions"][0]["record"] == {"verdict": "deny"}


def test_a_refusal_is_said_in_the_language_of_the_call(cli: Cli, management: Management) -> None:
    error = {"code": "not-offerable", "reason": "The purpose is missing.", "reasons": {"de": "Der Zweck fehlt."}}
    management.answer("POST", "/v1/assets/air/publish", {"error": error}, status=409)
    assert cli("asset", "publish", "air", "--lang", "de").err == "datenkontor: Der Zweck fehlt.\n"
    assert cli("asset", "publish", "air", "--lang", "en").err == "datenkontor: The purpose is missing.\n"
