"""What the addresses of sources have in them, on the command line."""

from connector.cli.assets.kinds import list_member_rows
from connector.dataplane.addresses import describe_addresses
from tests.cli.conftest import Cli


def test_each_member_is_a_row_with_what_its_value_has_to_be() -> None:
    rows = {(row.kind, row.member): row for row in list_member_rows(describe_addresses().values())}
    assert rows["ogcapi", "collection"].required
    assert rows["ogcapi", "size"].value == "integer 1–10000"
    assert rows["http", "auth.basic.secret"].value == "name of a secret"
    assert rows["http", "paging.offset.form"].value == "json | ndjson"


def test_the_kinds_are_listed_without_a_connector(cli: Cli) -> None:
    listed = cli("asset", "kinds", "sftp", "--json").json["items"]
    assert {row["member"] for row in listed if row["required"]} == {"host", "user", "host_key", "secret", "path"}
    assert "geojson" in cli("asset", "kinds", "wfs").out
    refused = cli("asset", "kinds", "gopher")
    assert refused.code != 0
    assert "gopher" in refused.err
