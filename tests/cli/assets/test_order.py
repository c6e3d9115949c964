"""The options of `asset add`: those of the fields of an asset, and the order that they make."""

import inspect
from typing import get_args, get_origin, get_type_hints

import pytest

from connector.cli.assets.order import _TEXTS, ComposedOptions, build_order, take_order
from connector.cli.assets.parts import PARTS
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import Output
from connector.views.assets import AssetDescription, AssetOrder, AssetStatement, BrokerListing, DataClass, Marking
from tests.cli.conftest import Cli
from tests.cli.management import Management, asset


def _command(call: CommandCall, order: AssetOrder, publish: bool = False) -> None:
    """Add an asset."""
    RECEIVED.append((order, publish))


RECEIVED: list[tuple[AssetOrder, bool]] = []
OPTIONS = inspect.signature(take_order(_command)).parameters
COMPOSED = {"source", "policy", "access", "reservation", "records", "stated", *PARTS}


def test_every_field_that_an_owner_states_has_an_option_with_a_help() -> None:
    fields = {*AssetDescription.__struct_fields__, *AssetOrder.__struct_fields__, *AssetStatement.__struct_fields__}
    described = {name for name in OPTIONS if name.startswith("asset_")}
    assert described == {f"asset_{name}" for name in fields - COMPOSED}
    for name in described:
        kind, option = get_args(OPTIONS[name].annotation)
        assert option.help.endswith("."), name
        plain = {str, list[str], bool, int, float, type(None)}
        assert set(get_args(kind) or (kind,)) <= {*plain, BrokerListing, DataClass, Marking}


@pytest.mark.parametrize("kind", [AssetOrder, AssetStatement])
def test_every_field_with_several_values_has_an_option_that_may_be_repeated(kind: type) -> None:
    several = {name for name, hint in get_type_hints(kind).items() if get_origin(hint) is tuple} - COMPOSED
    assert several
    for name in several:
        assert get_args(OPTIONS[f"asset_{name}"].annotation)[0] == list[str] | None, name


@pytest.mark.parametrize("forms", [["json"], ["csv-excel", "json", "features"]])
def test_the_forms_that_are_named_are_those_of_the_order(cli: Cli, management: Management, forms: list[str]) -> None:
    management.answer("POST", "/v1/assets", asset(), status=201)
    named = [word for form in forms for word in ("--form", form)]
    done = cli("asset", "add", "--file", "rides.csv", "--class", "open", "--licence", "urn:licence", *named)
    assert done.code == 0, done.err
    (body,) = management.bodies("POST", "/v1/assets")
    assert body["forms"] == forms


def test_a_text_of_an_option_is_of_a_field() -> None:
    assert {f"asset_{name}" for name in _TEXTS} <= set(OPTIONS)


def test_a_command_receives_the_order_and_its_own_options() -> None:
    assert next(iter(OPTIONS)) == "call"
    assert list(OPTIONS)[-1] == "publish"
    assert "file" in OPTIONS
    assert "order" not in OPTIONS


def test_the_order_has_the_facts_about_the_data_that_the_options_state(cli: Cli, management: Management) -> None:
    management.answer("POST", "/v1/assets", asset(), status=201)
    done = cli(
        "asset", "add", "--file", "rides.csv", "--language", "de", "--language", "en", "--resolution", "300",
        "--encrypted", "--legal-basis", "eu-gdpr:A6-1-e", "--marking", "personal", "--class", "personal",
        "--licence", "urn:licence", "--live", "--id", "urn:a", "--description", "Fahrten", "--lang", "de",
    )  # fmt: skip
    assert done.code == 0, done.err
    (body,) = management.bodies("POST", "/v1/assets")
    assert body == {
        "title": {"de": "rides.csv"},
        "description": {"de": "Fahrten"},
        "media_type": "text/csv",
        "source": {"kind": "file", "path": "rides.csv"},
        "data_class": "personal",
        "licence": "urn:licence",
        "live": True,
        "id": "urn:a",
        "stated": {
            "languages": ["de", "en"],
            "release": None,
            "resolution": "300",
            "encrypted": True,
            "legal_basis": ["eu-gdpr:A6-1-e"],
            "marking": "personal",
        },
    }


@pytest.mark.parametrize("kind", [AssetOrder, AssetStatement])
def test_two_structs_have_no_option_of_one_name(kind: type) -> None:
    other = {AssetOrder: AssetStatement, AssetStatement: AssetOrder}[kind]
    assert not set(get_type_hints(kind)) & set(get_type_hints(other)) - {"example"}


def test_an_order_without_options_has_the_defaults_of_its_fields() -> None:
    call = CommandCall(output=Output(json=False, lang="en"), settings=None, connector="http://c", key="k")
    order = build_order(call, {"media_type": None, "title": None}, ComposedOptions(url="http://127.0.0.1/roadworks"))
    assert (order.title, order.media_type) == ({"en": "roadworks"}, "application/octet-stream")
    assert (order.stated, order.data_class) == (AssetStatement(), DataClass.INTERNAL)
