"""`broker status`: a broker that is ready, not ready, or not reachable."""

from tests.cli.conftest import Cli
from tests.cli.management import Management, served


def test_a_broker_is_asked_how_it_is_doing(cli: Cli) -> None:
    with served(Management()) as broker:
        broker.answer("GET", "/ready", {"ready": True, "checks": {"record": "ok"}})
        done = cli("broker", "status", "--api", broker.url, "--json")
        assert (done.code, done.json["ready"], done.json["checks"]) == (0, True, {"record": "ok"})
        broker.answer("GET", "/ready", {"ready": False}, status=503)
        assert cli("broker", "status", "--api", broker.url).code == 1
    assert cli("broker", "status", "--api", "http://127.0.0.1:9").code == 5
