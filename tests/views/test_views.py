"""What holds for every view and every order: frozen, strict where it is sent, tolerant where it is received."""

import importlib
import inspect
import pkgutil
from typing import Any, get_args

import msgspec
import pytest

import connector.views
from connector.ports import entities
from connector.views import agreements, assets, payments
from connector.views.assets import AssetDescription, AssetOrder, AssetView
from connector.views.common import Page


def _structs() -> dict[str, Any]:
    names = [entry.name for entry in pkgutil.iter_modules(connector.views.__path__, "connector.views.")]
    return {
        name: value
        for module in names
        for name, value in vars(importlib.import_module(module)).items()
        if inspect.isclass(value) and issubclass(value, msgspec.Struct) and value.__module__ == module
    }


STRUCTS = _structs()
ORDERS = {name: kind for name, kind in STRUCTS.items() if name.endswith("Order")}


def test_there_are_views_and_orders() -> None:
    assert len(ORDERS) >= 20
    assert len(STRUCTS) - len(ORDERS) > 35


@pytest.mark.parametrize("kind", STRUCTS.values(), ids=STRUCTS)
def test_a_struct_is_frozen_and_says_what_it_is(kind: Any) -> None:
    assert kind.__struct_config__.frozen
    assert kind.__doc__.splitlines()[0].endswith((".", "?"))


@pytest.mark.parametrize("kind", ORDERS.values(), ids=ORDERS)
def test_an_order_refuses_unknown_members_and_sends_no_defaults(kind: Any) -> None:
    config = kind.__struct_config__
    assert (config.forbid_unknown_fields, config.omit_defaults) == (True, True)


VIEWS = [kind for name, kind in STRUCTS.items() if name not in ORDERS and kind.__module__ != "connector.views.recipes"]
"""A recipe is handed in as a part of an order: what it does not know must not be left out silently."""


@pytest.mark.parametrize("kind", VIEWS)
def test_a_view_accepts_members_of_a_later_version(kind: Any) -> None:
    assert not kind.__struct_config__.forbid_unknown_fields


@pytest.mark.parametrize("kind", [kind for kind in ORDERS.values() if hasattr(kind, "example")])
def test_the_example_of_an_order_is_one(kind: Any) -> None:
    assert isinstance(msgspec.convert(kind.example, kind), kind)


def test_an_asset_is_described_once() -> None:
    described = set(AssetDescription.__struct_fields__)
    for kind in (AssetOrder, AssetView, entities.Asset):
        assert issubclass(kind, AssetDescription)
        assert described.isdisjoint(kind.__annotations__), "a described field is described again"


def test_a_described_field_has_a_description() -> None:
    for kind in (AssetDescription, AssetOrder, assets.Records, assets.AssetStatement):
        for field in msgspec.structs.fields(kind):
            metas = [meta for meta in get_args(field.type)[1:] if isinstance(meta, msgspec.Meta)]
            assert any(meta.description for meta in metas), f"{kind.__name__}.{field.name}"


def test_enums_are_defined_once() -> None:
    assert entities.DataClass is assets.DataClass
    assert entities.PaymentState is payments.PaymentState
    assert entities.DutyState is agreements.DutyState


def test_a_page_decodes_its_items() -> None:
    content = b'{"items": [{"agreement_id": "a", "bytes_moved": 1, "uses": 2, "new": 3}], "next": "c"}'
    page = msgspec.json.decode(content, type=Page[agreements.UsageView])
    assert (page.items[0], page.next) == (agreements.UsageView(agreement_id="a", bytes_moved=1, uses=2), "c")
