"""The first act: the offers of the department, generated or given."""

from dataclasses import replace
from pathlib import Path

import pytest

from connector.cli.demo.opening import index, publish, set_up
from connector.cli.demo.show import NotShown, Show
from tests.cli.management import Management, asset


@pytest.fixture
def templates(management: Management) -> Management:
    """A department that fills in templates and publishes assets."""
    management.answer("POST", "/v1/policies/templates/purpose", {"policy": {"permission": ["purpose"]}, "sentence": {}})
    management.answer("POST", "/v1/policies/templates/downloads", {"policy": {"permission": ["count"]}, "sentence": {}})
    management.answer("POST", "/v1/assets", asset(), status=201)
    management.answer("POST", "/v1/assets/air/publish", asset(status="published"))
    return management


def test_generated_data_is_three_offers_marked_as_synthetic(show: Show, templates: Management) -> None:
    show.assets.clear()
    assert publish(show, "http://127.0.0.1:9/parking.json").startswith("The department offers 3 datasets: ")
    bodies = templates.bodies("POST", "/v1/assets")
    assert [body["source"]["kind"] for body in bodies] == ["file", "file", "http"]
    assert all(body["synthetic"] for body in bodies)
    assert [body["policy"]["permission"] for body in bodies] == [["purpose"], ["count"], ["purpose"]]


def test_given_data_is_offered_beside_the_live_source(show: Show, templates: Management, tmp_path: Path) -> None:
    given = replace(show, data=tmp_path / "own.csv", assets=[])
    publish(given, "http://127.0.0.1:9/parking.json")
    own, live = templates.bodies("POST", "/v1/assets")
    assert (own["source"], own.get("synthetic", False)) == ({"kind": "file", "path": "own.csv"}, False)
    assert live["live"] is True


def test_the_broker_has_to_index_all_offers(show: Show, management: Management) -> None:
    management.answer("GET", "/v1/search", {"items": [], "total": 1}, {"items": [], "total": 2})
    assert index(show) == "The broker has crawled the catalogues and indexed 2 offers."


def test_four_participants_are_set_up_with_a_signed_list(show: Show, tmp_path: Path) -> None:
    show.stage.actors.clear()
    assert set_up(show).startswith("Four participants have keys")
    assert set(show.stage.actors) == {"broker", "city", "firm", "other"}
    assert (tmp_path / "broker/roster.jws").exists()
    assert len(list((tmp_path / "offered/counts").iterdir())) == 4
    ports = [port for actor in show.stage.actors.values() for port in actor.ports.values()]
    assert len(set(ports)) == len(ports)


def test_data_that_does_not_exist_cannot_be_offered(show: Show, tmp_path: Path) -> None:
    show.stage.actors.clear()
    with pytest.raises(NotShown, match="does not exist: name a file or a folder"):
        set_up(replace(show, data=tmp_path / "missing"))
