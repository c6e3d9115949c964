"""`need`: posted, changed, answered and closed at the broker."""

from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.cli.management import Management
from tests.support.board import ANSWER, MATCH, NEED, NOTICE


@pytest.fixture
def board(management: Management) -> Management:
    management.answer("GET", "/v1/needs", {"items": [NEED], "next": "5"})
    management.answer("POST", "/v1/needs", NEED, status=201)
    management.answer("GET", "/v1/needs/n", NEED | {"since": "2026-01-01T00:00:00Z", "box": [7, 51, 8, 52]})
    management.answer("PUT", "/v1/needs/n", NEED)
    management.answer("POST", "/v1/needs/n/close", NEED | {"state": "closed", "served_by": "urn:answer:1"})
    management.answer("GET", "/v1/needs/n/answers", [ANSWER])
    management.answer("POST", "/v1/needs/n/answers", ANSWER, status=201)
    for need in ("n", "urn:need:1"):
        management.answer("GET", f"/v1/needs/{need}/matches", [MATCH])
    management.answer("GET", "/v1/notices", [NOTICE])
    return management


def sent(board: Management) -> Any:
    return [asked.body for asked in board.asked if asked.method in {"POST", "PUT"}][-1]


def test_a_need_is_posted_with_what_it_states(cli: Cli, board: Management) -> None:
    stated = ("--field", "time", "--field", "count", "--frequency", "daily", "--budget", "250.00eur")
    done = cli("need", "add", "How many bicycles pass?", *stated, "--closes", "2027-06-30", "--lang", "en")
    assert "The need urn:need:1 is posted" in done.out
    assert "Offers that match: 1." in done.err
    body = sent(board)
    assert (body["question"], body["fields"]) == ("How many bicycles pass?", ["time", "count"])
    assert (body["budget"], body["amount"], body["currency"]) == ("amount", "250.00", "EUR")
    assert body["closes"].startswith("2027-07-01T00:00:00")
    assert "place" not in body
    assert cli("need", "add", "x y z", "--budget", "free", "--json").json["id"] == "urn:need:1"
    assert sent(board)["budget"] == "free"


def test_needs_are_listed_and_shown(cli: Cli, board: Management) -> None:
    listed = cli("need", "list", "--mine", "--closed", "--lang", "de")
    assert "How many bicycles pass?" in listed.out
    assert "offen" in listed.out
    assert board.asked[-1].query == {"mine": ["True"], "open": ["False"], "limit": ["20"]}
    assert cli("need", "list", "--json").json["next"] == "5"
    shown = cli("need", "show", "n", "--lang", "en").out
    assert "7,51,8,52" in shown
    assert "contact" not in shown


def test_a_change_keeps_what_it_does_not_name(cli: Cli, board: Management) -> None:
    assert "is changed" in cli("need", "change", "n", "--place", "Köln", "--lang", "en").out
    body = sent(board)
    assert (body["question"], body["place"], body["bbox"]) == (NEED["question"], "Köln", "7,51,8,52")
    assert body["since"].startswith("2026-01-01")
    assert body["closes"] == NEED["closes"]


def test_a_need_is_closed_after_a_confirmation(cli: Cli, board: Management) -> None:
    assert cli("need", "close", "n", "--lang", "en").code != 0
    assert "is closed" in cli("need", "close", "n", "--served-by", "urn:answer:1", "--yes", "--lang", "en").out
    assert sent(board) == {"served_by": "urn:answer:1"}


@pytest.mark.parametrize(
    ("options", "body"),
    [
        (("--none",), {"kind": "none", "text": "t"}),
        (("--dataset", "urn:d"), {"kind": "offer", "text": "t", "dataset": "urn:d"}),
        (("--ready", "2027-05-01T00:00:00Z"), {"kind": "draft", "text": "t", "ready_at": "2027-05-01T00:00:00Z"}),
    ],
)
def test_an_answer_is_an_offer_a_draft_or_none(
    cli: Cli, board: Management, options: tuple[str, ...], body: dict[str, str]
) -> None:
    assert "urn:answer:1" in cli("need", "answer", "n", "t", *options).out
    assert sent(board) == body


@pytest.mark.parametrize("options", [(), ("--none", "--dataset", "urn:d")])
def test_an_answer_is_one_of_the_three(cli: Cli, board: Management, options: tuple[str, ...]) -> None:
    done = cli("need", "answer", "n", "t", *options, "--lang", "en")
    assert (done.code, "use one of" in done.err) == (2, True)
    assert board.asked == []


def test_answers_matches_and_news_are_tables(cli: Cli, board: Management) -> None:
    assert "We do not have it." in cli("need", "answers", "n", "--lang", "de").out
    matches = cli("need", "matches", "n", "--lang", "de").out
    assert "0.90" in matches
    assert "bicycles; Wird oft aktualisiert" in matches
    assert "An offer matches your need." in cli("need", "news", "--after", 3, "--lang", "en").out
    assert board.asked[-1].query == {"after": ["3"]}
