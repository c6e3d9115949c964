"""The demonstration of two cities: what each step does and checks. `e2e` runs it with real processes."""

from pathlib import Path

import pytest

from connector.authority import roster
from connector.cli.demo import cities
from connector.cli.demo.show import NotShown, Show
from connector.cli.demo.stage import Stage
from connector.cli.frame.output import Output
from connector.cli.setup.plan import MEMBERS
from tests.cli.conftest import Cli
from tests.cli.management import Management


@pytest.fixture
def two(tmp_path: Path) -> Show:
    output = Output(json=False, lang="en")
    stage, other = Stage(tmp_path), Stage(tmp_path, prefix="there-")
    return Show(output=output, stage=stage, data=None, port_base=20_000, other_city=other)


def test_each_list_has_the_own_participants_and_the_other_broker(two: Show) -> None:
    assert cities.set_up(two).startswith("Two cities")
    here, there = (stage.actors["broker"] for stage in two.stages)
    for stage, broker, guest, member in ((two.stage, here, there, "city"), (two.neighbour, there, here, "firm")):
        listed = {one.id for one in roster.show(broker.directory / MEMBERS).members}
        assert listed == {broker.id, guest.id, stage.actors[member].id}
    ports = [port for stage in two.stages for actor in stage.actors.values() for port in actor.ports.values()]
    assert len(ports) == len(set(ports))


def test_an_offer_that_is_not_found_or_not_gone_fails_with_a_reason(
    show: Show, management: Management, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cities, "WAIT_S", 0.01)
    management.answer("GET", "/v1/search", {"items": [], "total": 0})
    monkeypatch.setattr(cities.cards, "read_card", lambda _: type("Card", (), {"address": "https://city.example"}))
    with pytest.raises(NotShown) as missing:
        cities.find(show)
    assert "should find" in missing.value.say("en")
    asset = show.assets[0].id
    management.answer("GET", "/v1/search", {"items": [{"participant": "urn:city", "id": asset}], "total": 1})
    management.answer("POST", f"/v1/assets/{asset}/withdraw", {})
    with pytest.raises(NotShown):
        cities.find(show)


def test_a_demonstration_of_one_city_has_no_neighbour(show: Show) -> None:
    with pytest.raises(NotShown):
        _ = show.neighbour
    assert show.stages == (show.stage,)


def test_two_cities_take_no_data_of_others(cli: Cli) -> None:
    done = cli("demo", "--two-cities", "--data", "x.csv", "--lang", "en")
    assert (done.code, "--data" in done.err) == (2, True)
