"""`search`: results with numbers, in pages, for people and for programs."""

from pathlib import Path

import pytest

from connector.cli.commands.search import locate_cache, recall_result
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import Output
from tests.cli.conftest import Cli
from tests.cli.management import KEY, RESULTS, Management, served


def call_of(management: Management) -> CommandCall:
    return CommandCall(output=Output(json=False, lang="en"), connector=management.url, key=KEY)


def test_results_are_numbered_on_from_the_page_before(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/search", {"items": RESULTS, "total": 7})
    page = cli("search", "stadt", "luft", "--after", 2, "--limit", 2, "--theme", "ENVI", "--publisher", "Stadt")
    assert page.out.splitlines()[0].split()[:3] == ["NO", "TITLE", "PUBLISHER"]
    assert [line.split()[0] for line in page.out.splitlines()[1:]] == ["3", "4"]
    assert "2 of 7 results; get one with: datenkontor get NUMBER" in page.err
    assert "--after 4" in page.err
    query = management.asked[-1].query
    assert query == {"q": ["stadt luft"], "publisher": ["Stadt"], "theme": ["ENVI"], "limit": ["2"], "offset": ["2"]}
    found = recall_result(call_of(management), 4)
    assert found is not None
    assert (found.participant, found.dataset) == ("urn:city", "roads")
    assert recall_result(call_of(management), 1) is None


def test_programs_get_the_total_and_the_next_page(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/search", {"items": RESULTS, "total": 7})
    page = cli("search", "stadt", "--json")
    assert (page.json["total"], page.json["next"], page.err) == (7, "2", "")
    assert cli("search", "stadt", "--after", 5, "--json").json["next"] is None


def test_no_results_are_said_in_the_language_of_the_call(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/search", {"items": [], "total": 0})
    empty = cli("search", "gold", "--lang", "de")
    assert (empty.code, empty.out, empty.err) == (0, "", "Keine Einträge vorhanden.\n")


def test_the_hints_are_german_in_a_german_environment(
    cli: Cli, management: Management, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    management.answer("GET", "/v1/search", {"items": RESULTS, "total": 3})
    err = cli("search", "stadt").err
    assert "2 von 3 Treffern; abrufen mit: datenkontor get NUMMER" in err
    assert "Befehl mit --after 2 wiederholen" in err


def test_a_broker_that_the_connector_cannot_reach_is_not_reachable(cli: Cli, management: Management) -> None:
    management.refuse("GET", "/v1/search", 502, "broker-not-reachable", "The broker did not answer.")
    assert cli("search", "stadt").code == 5


def test_without_a_writable_cache_only_the_numbers_are_missing(
    cli: Cli, management: Management, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    management.answer("GET", "/v1/search", {"items": RESULTS, "total": 2})
    assert cli("search", "stadt").code == 0
    done = cli("get", 1)
    assert (done.code, "search again" in done.err) == (3, True)


def test_a_damaged_cache_is_no_result(cli: Cli, management: Management) -> None:
    cache = locate_cache(call_of(management))
    cache.parent.mkdir(parents=True)
    cache.write_text("[")
    assert recall_result(call_of(management), 1) is None


def test_facets_are_counted_in_words_and_filters_are_sent(cli: Cli, management: Management) -> None:
    theme = {"value": "http://themes.example/ENVI", "label": {"de": "Umwelt", "en": "Environment"}, "count": 7}
    facets = {"theme": [theme], "publisher": [{"value": "Stadt", "count": 3}]}
    management.answer("GET", "/v1/search", {"items": RESULTS, "total": 2, "facets": facets, "corrected": True})
    wanted = (
        "--facets",
        "--theme",
        "Umwelt",
        "--theme",
        "TRAN",
        "--price",
        "free",
        "--near",
        "7,51,9",
        "--sort",
        "newest",
    )
    found = cli("search", "luft", *wanted, "--lang", "de")
    assert [line.split() for line in found.out.splitlines()[-2:]] == [
        ["Thema", "Umwelt", "7"],
        ["Anbieter", "Stadt", "3"],
    ]
    assert "Die Treffer enthalten ähnliche" in found.err
    query = management.asked[-1].query
    assert (query["theme"], query["price"], query["facets"]) == (["Umwelt", "TRAN"], ["free"], ["True"])
    assert (query["near"], query["sort"]) == (["7,51,9"], ["newest"])
    told = cli("search", "luft", "--facets", "--json").json
    assert (told["corrected"], told["facets"]["publisher"][0]["count"]) == (True, 3)


def test_the_numbers_of_a_search_belong_to_its_connector(
    cli: Cli, management: Management, monkeypatch: pytest.MonkeyPatch
) -> None:
    management.answer("GET", "/v1/search", {"items": RESULTS, "total": 2})
    cli("search", "stadt")
    with served(Management()) as other:
        assert recall_result(call_of(management), 1) is not None
        assert recall_result(call_of(other), 1) is None
        monkeypatch.setenv("DATENKONTOR_URL", other.url)
        assert cli("get", 1).code == 3


def test_offers_for_certain_parties_are_marked(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/search", {"items": [{**RESULTS[0], "only_for": ["urn:firm"]}], "total": 1})
    assert "(only for urn:firm)" in cli("search", "stadt").out
    assert "(nur f\u00fcr urn:firm)" in cli("search", "stadt", "--lang", "de").out


def test_more_results_than_the_broker_gives_at_once_are_asked_for_page_by_page(
    cli: Cli, management: Management
) -> None:
    whole, rest = RESULTS * 50, RESULTS * 30
    pages = [{"items": items, "total": 160} for items in (whole, rest)]
    management.answer("GET", "/v1/search", *pages)
    page = cli("search", "stadt", "--limit", 500, "--json")
    assert (len(page.json["items"]), page.json["total"], page.json["next"]) == (160, 160, None)
    asked = [(sent.query["limit"], sent.query["offset"]) for sent in management.asked if sent.path == "/v1/search"]
    assert asked == [(["100"], ["0"]), (["100"], ["100"])]


def test_a_number_of_the_newest_search_is_what_results_are_like(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/search", {"items": RESULTS, "total": 7, "apart": ["rad", "weg"]})
    page = cli("search", "radweg", "--after", 2, "--limit", 2)
    assert "the results have their parts: rad, weg" in page.err
    cli("search", "--like", 4, "--class", "open", "--place", "Köln")
    query = management.asked[-1].query
    assert (query["like"], query["like_of"]) == (["roads"], ["urn:city"])
    assert (query["data_class"], query["place"]) == (["open"], ["Köln"])
    cli("search", "--like", "urn:dataset:air")
    assert management.asked[-1].query["like"] == ["urn:dataset:air"]
    assert "like_of" not in management.asked[-1].query


def test_a_reference_is_marked_and_get_says_where_it_leads(cli: Cli, management: Management) -> None:
    page = "https://portal.example/dataset/roads"
    reference = {**RESULTS[1], "via": {"portal": "musterstadt", "page": page}}
    management.answer("GET", "/v1/search", {"items": [reference], "total": 1})
    assert "Baustellen (im Portal musterstadt)" in cli("search", "baustellen", "--lang", "de").out
    for target in ("1", "baustellen"):
        done = cli("get", target)
        assert (done.code, page in done.err, done.err.count("\n")) == (4, True, 1)
