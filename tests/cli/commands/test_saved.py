"""`saved` and `search --save`: saved searches at the broker."""

import pytest

from connector.cli.commands.search import list_parameters
from tests.cli.conftest import Cli
from tests.cli.management import RESULTS, Management
from tests.support.board import FEED, NEW, SEARCH, WEBHOOK


@pytest.fixture
def board(management: Management) -> Management:
    management.answer(
        "GET", "/v1/searches", [SEARCH, SEARCH | {"id": "b", "name": "B"}, SEARCH | {"id": "c", "name": "B"}]
    )
    management.answer("POST", "/v1/searches", SEARCH | {"feed": FEED}, status=201)
    management.answer("GET", "/v1/searches/urn:search:1/new", NEW | {"more": True})
    management.answer("POST", "/v1/searches/urn:search:1/seen", SEARCH)
    management.answer("POST", "/v1/searches/urn:search:1/feed", SEARCH | {"feed": FEED})
    management.answer("PUT", "/v1/searches/urn:search:1", SEARCH | {"name": "Bikes"})
    management.answer("DELETE", "/v1/searches/urn:search:1", SEARCH)
    management.answer("GET", "/v1/search", {"items": RESULTS, "total": 2})
    return management


def test_a_search_is_saved_with_its_filters(cli: Cli, board: Management) -> None:
    done = cli("search", "rad", "--theme", "TRAN", "--near", "7,51,5", "--save", "Rad", "--lang", "en")
    assert FEED in done.err
    (body,) = board.bodies("POST", "/v1/searches")
    assert body == {"name": "Rad", "parameters": {"q": "rad", "theme": ["TRAN"], "near": "7,51,5"}}


def test_only_what_is_stated_is_saved() -> None:
    stated = {"price": "free", "theme": ["ENVI"], "sort": "title", "bbox": None, "like": "urn:d"}
    assert list_parameters("", stated) == {"price": ["free"], "theme": ["ENVI"], "like": "urn:d"}


def test_what_is_new_is_shown_and_noted_unless_it_is_kept(cli: Cli, board: Management) -> None:
    assert "Bicycles" in cli("saved", "list").out
    done = cli("saved", "new", "Bicycles", "--lang", "en")
    assert "urn:dataset:counts" in done.out
    assert "repeat the command" in done.err
    assert board.bodies("POST", "/v1/searches/urn:search:1/seen") == [{"seen": 7}]
    assert cli("saved", "new", "urn:search:1", "--keep", "--json").json["next"] == 7
    assert len(board.bodies("POST", "/v1/searches/urn:search:1/seen")) == 1


def test_a_saved_search_is_renamed_renewed_and_removed(cli: Cli, board: Management) -> None:
    assert "Bikes" in cli("saved", "rename", "Bicycles", "Bikes", "--lang", "en").out
    assert board.bodies("PUT", "/v1/searches/urn:search:1") == [{"name": "Bikes", "parameters": {"q": "bicycles"}}]
    assert cli("saved", "feed", "Bicycles").code != 0
    assert FEED in cli("saved", "feed", "Bicycles", "--yes").out
    assert cli("saved", "remove", "Bicycles").code != 0
    assert "is removed" in cli("saved", "remove", "Bicycles", "--yes", "--lang", "en").out


def test_a_webhook_is_set_resumed_and_removed(cli: Cli, board: Management) -> None:
    path, url = "/v1/searches/urn:search:1/webhook", "https://hooks.example/x"
    board.answer("PUT", path, SEARCH | {"webhook": WEBHOOK | {"secret": "whsec_once"}})
    assert "whsec_once" in cli("saved", "webhook", "Bicycles", url, "--lang", "en").out
    assert board.bodies("PUT", path) == [{"url": url}]
    failing = WEBHOOK | {"state": "failing", "problem": "The address answered with status 500."}
    board.answer("GET", "/v1/searches", [SEARCH | {"webhook": failing}])
    assert "gestört: Die Adresse hat mit dem Status 500 geantwortet." in cli("saved", "list", "--lang", "de").out
    assert cli("saved", "list", "--json").json["items"][0]["webhook"]["state"] == "failing"
    # The former secret ends.
    assert cli("saved", "webhook", "Bicycles", url).code != 0
    board.answer("POST", f"{path}/resume", SEARCH | {"webhook": WEBHOOK})
    assert "again" in cli("saved", "webhook", "Bicycles", "--resume", "--lang", "en").out
    board.answer("DELETE", path, SEARCH)
    assert cli("saved", "webhook", "Bicycles", "--remove").code != 0
    assert "is removed" in cli("saved", "webhook", "Bicycles", "--remove", "--yes", "--lang", "en").out


@pytest.mark.parametrize("options", [(), ("https://x.example", "--resume"), ("--resume", "--remove")])
def test_a_webhook_is_either_set_resumed_or_removed(cli: Cli, board: Management, options: tuple[str, ...]) -> None:
    done = cli("saved", "webhook", "Bicycles", *options, "--lang", "en")
    assert (done.code, "--resume" in done.err) == (2, True)


@pytest.mark.parametrize("name", ["B", "nothing"])
def test_a_name_of_none_or_of_several_is_refused(cli: Cli, board: Management, name: str) -> None:
    done = cli("saved", "new", name, "--lang", "en")
    assert "saved list" in done.err
    assert done.code == 4 or done.code != 0
