"""`broker source`: the portals of a running broker, and what its refusals mean."""

from pathlib import Path

from tests.cli.conftest import Cli
from tests.cli.management import Management, served

PORTAL = {
    "name": "city",
    "kind": "ckan",
    "url": "https://portal.example",
    "title": "Open Data City",
    "configured": False,
    "liveness": "ONLINE",
    "datasets": 12,
    "error": "The portal answered with status 503.",
}


def prepare(cli: Cli, broker: Management) -> list[str]:
    cli("init", "broker", "--role", "broker")
    file = Path("broker/datenkontor.toml")
    port = broker.url.rpartition(":")[2]
    file.write_text(file.read_text("utf-8").replace("port = 7083", f"port = {port}"), "utf-8")
    return ["--settings", str(file)]


def test_portals_are_added_listed_shown_removed_and_read(cli: Cli) -> None:
    with served(Management(takes_key=False)) as broker:
        settings = prepare(cli, broker)
        broker.answer("POST", "/v1/portals", PORTAL, status=201)
        added = cli("broker", "source", "add", "city", "--kind", "ckan", "--url", "https://portal.example", *settings)
        assert (added.code, "is being read now" in added.out) == (0, True)
        assert broker.bodies("POST", "/v1/portals") == [
            {"name": "city", "kind": "ckan", "url": "https://portal.example"}
        ]
        broker.answer("GET", "/v1/portals", {"items": [PORTAL]})
        assert cli("broker", "source", "list", "--json", *settings).json["items"][0]["name"] == "city"
        told = cli("broker", "source", "list", "--lang", "de", *settings)
        assert "Das Portal hat mit Status 503 geantwortet." in told.out
        broker.answer("GET", "/v1/portals/city", PORTAL)
        assert cli("broker", "source", "show", "city", "--json", *settings).json["datasets"] == 12
        assert cli("broker", "source", "remove", "city", *settings).code == 2
        broker.answer("DELETE", "/v1/portals/city", None, status=204)
        assert cli("broker", "source", "remove", "city", "--yes", *settings).code == 0
        broker.answer("POST", "/v1/portals/city/crawl", PORTAL, status=202)
        assert cli("broker", "source", "crawl", "city", *settings).code == 0


def test_a_refusal_of_the_broker_is_told_with_its_meaning(cli: Cli) -> None:
    with served(Management(takes_key=False)) as broker:
        settings = prepare(cli, broker)
        for status, code in ((404, 3), (409, 4), (403, 4), (500, 1)):
            broker.answer("GET", "/v1/portals/x", {"error": {"code": "c", "reason": "No such portal."}}, status=status)
            done = cli("broker", "source", "show", "x", *settings)
            assert (done.code, "No such portal." in done.err) == (code, True)


def test_a_broker_that_does_not_run_and_a_connector_have_no_portals(cli: Cli) -> None:
    cli("init", "broker", "--role", "broker")
    assert cli("broker", "source", "list", "--settings", "broker/datenkontor.toml").code == 5
    cli("init", "city")
    other = cli("broker", "source", "list", "--settings", "city/datenkontor.toml")
    assert (other.code, "settings of a connector" in other.err) == (3, True)
