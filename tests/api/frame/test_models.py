"""Structs become pydantic models with the same members, bounds, defaults and descriptions."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
import pytest
from msgspec import Meta
from pydantic import ValidationError

from connector.api.frame.models import answer_model, is_view, read_order, request_model
from connector.views.common import Page


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part."""

    size: Annotated[int, Meta(ge=0, description="How large it is.")] = 0


class ThingOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A thing."""

    example: ClassVar[dict[str, Any]] = {"name": "n"}

    name: Annotated[str, Meta(min_length=1, description="Its name.")]
    part: Part = Part()
    parts: tuple[Part, ...] = ()
    notes: dict[str, str] = {}
    document: dict[str, Any] | None = None
    at: Annotated[datetime, Meta(tz=True)] | None = None


MODEL = request_model(ThingOrder)


def read(**members: Any) -> Any:
    return read_order(ThingOrder, MODEL.model_validate(members))


def test_a_body_becomes_the_order() -> None:
    assert read(name="n", parts=[{"size": 2}]) == ThingOrder(name="n", parts=(Part(size=2),))


def test_what_was_left_out_has_the_default_of_the_struct() -> None:
    assert read(name="n") == ThingOrder(name="n")


def test_one_model_is_made_of_a_struct() -> None:
    assert request_model(ThingOrder) is MODEL


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"name": ""},
        {"name": "n", "stranger": 1},
        {"name": "n", "part": {"size": -1}},
        {"name": "n", "part": {"stranger": 1}},
        {"name": "n", "at": "2026-05-04T12:00:00"},
        {"name": "n", "document": {"a": "\ud800"}},
    ],
)
def test_what_breaks_a_bound_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(**members)


def test_a_document_has_a_depth() -> None:
    deep: Any = {}
    for _ in range(31):
        deep = {"a": [deep]} if "a" not in deep else {"a": deep}
    deeper = {"a": {"a": {"a": deep}}}
    assert read(name="n", document={"a": {}}).document == {"a": {}}
    with pytest.raises(ValidationError, match="nested deeper than 32"):
        read(name="n", document=deeper)


def test_the_schema_has_descriptions_bounds_defaults_and_the_example() -> None:
    schema = MODEL.model_json_schema()
    assert (schema["description"], schema["examples"], schema["required"]) == ("A thing.", [{"name": "n"}], ["name"])
    assert schema["additionalProperties"] is False
    assert schema["properties"]["name"]["description"] == "Its name."
    assert schema["$defs"]["PartOrder"]["properties"]["size"]["minimum"] == 0


def test_an_answer_has_all_its_members_and_allows_more() -> None:
    schema = answer_model(Page[Part]).model_json_schema(mode="serialization")
    assert schema["title"] == "PartPage"
    assert schema["required"] == ["items", "next"]
    assert schema["$defs"]["Part"]["required"] == ["size"]
    assert "additionalProperties" not in schema["$defs"]["Part"]


def test_what_a_view_is() -> None:
    assert [is_view(kind) for kind in (Part, Page[Part], tuple[Part, ...], dict[str, Any], str)] == [
        True,
        True,
        True,
        False,
        False,
    ]
