"""An asset is named by its identifier, its title, or a part of the title that only one asset has."""

from tests.cli.conftest import Cli
from tests.cli.management import Management, asset


def test_an_asset_is_named_by_its_title(cli: Cli, management: Management) -> None:
    named = [asset(id="urn:1", title={"de": "Luft"}), asset(id="urn:2", title={"de": "Luftqualität", "en": "Air"})]
    management.answer("GET", "/v1/assets", {"items": named, "next": None})
    management.answer("GET", "/v1/assets/urn:1", named[0])
    management.answer("GET", "/v1/assets/urn:2", named[1])
    assert cli("asset", "show", "luft", "--json").json["id"] == "urn:1"
    assert cli("asset", "show", "AIR", "--json").json["id"] == "urn:2"
    assert cli("asset", "show", "qualität", "--json").json["id"] == "urn:2"
    several = cli("asset", "show", "uft")
    assert (several.code, "urn:1" in several.err, "urn:2" in several.err) == (3, True, True)
    assert cli("asset", "show", "Bäume").code == 3
