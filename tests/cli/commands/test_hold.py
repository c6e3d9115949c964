"""`hold`: the processes that wait for a person."""

import json

from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management


def test_nothing_to_list_is_said_beside_the_result(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/holds", {"items": [], "next": None})
    done = cli("hold", "list")
    assert (done.code, done.out) == (0, "")
    assert done.err
    assert cli("hold", "list", "--json").json == {"items": [], "next": None}


def test_holds_are_listed_for_people_and_programs(cli: Cli, management: Management) -> None:
    hold = json.loads(json.dumps({"process_id": "urn:n", "process_kind": "negotiation", "reason": "Look.", "who": "p"}))
    management.answer("GET", "/v1/holds", {"items": [hold | {"created_at": NOW, "until": None}], "next": None})
    assert "Look." in cli("hold", "list").out
    assert cli("hold", "list", "--json").json["items"][0]["who"] == "p"
