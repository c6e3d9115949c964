"""The connector that a command calls: its address, its key and its failures."""

from pathlib import Path

import pytest

from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import Output
from connector.cli.frame.remote import choose_text, find_management
from tests.cli.conftest import Cli
from tests.cli.management import Management, asset


@pytest.mark.parametrize(
    ("status", "code"), [(400, 2), (403, 4), (404, 3), (409, 4), (422, 2), (500, 1), (502, 5), (503, 5)]
)
def test_a_failure_of_the_connector_is_its_sentence_and_an_exit_code(
    cli: Cli, management: Management, status: int, code: int
) -> None:
    management.refuse("GET", "/v1/agreements/urn:a", status, "some", "It is so: do this.")
    done = cli("agreement", "show", "urn:a", "--json")
    assert (done.code, done.out, done.err) == (code, "", "datenkontor: It is so: do this.\n")


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


@pytest.mark.parametrize(("lang", "word"), [("en", "circle"), ("de", "Kreis")])
def test_all_pages_of_a_circle_end_with_a_sentence(cli: Cli, management: Management, lang: str, word: str) -> None:
    pages = [
        {"items": [asset(id=name)], "next": after} for name, after in (("one", "c1"), ("two", "c2"), ("three", "c1"))
    ]
    management.answer("GET", "/v1/assets", *pages)
    done = cli("asset", "list", "--all", "--lang", lang)
    assert (done.code, done.out, word in done.err) == (1, "", True)


def test_a_refusal_is_said_in_the_language_of_the_call(cli: Cli, management: Management) -> None:
    error = {"code": "not-offerable", "reason": "The purpose is missing.", "reasons": {"de": "Es fehlt der Zweck."}}
    management.answer("POST", "/v1/assets/air/publish", {"error": error}, status=409)
    assert cli("asset", "publish", "air", "--lang", "de").err == "datenkontor: Es fehlt der Zweck.\n"
    assert cli("asset", "publish", "air", "--lang", "en").err == "datenkontor: The purpose is missing.\n"


def test_the_address_is_that_of_the_settings(cli: Cli, tmp_path: Path) -> None:
    cli("init", "firma")
    settings = tmp_path / "firma/datenkontor.toml"
    text = settings.read_text().replace("[management]\n", '[management]\nhost = "::"\n', 1)
    settings.write_text(text)
    call = CommandCall(output=Output(json=False, lang="en"), settings=settings, key="k")
    port = call.read_settings().management.port
    assert find_management(call) == (f"http://[::1]:{port}", "k")


def test_a_text_is_in_the_language_or_in_any() -> None:
    assert choose_text({"de": "Luft", "en": "Air"}, "en") == "Air"
    assert (choose_text({"de": "Luft"}, "en"), choose_text({}, "en")) == ("Luft", "")
