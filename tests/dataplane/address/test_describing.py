"""An address describes itself: its members, what each may be, and the parts that may be left out."""

from typing import Annotated, Literal

import msgspec
import pytest

from connector.dataplane.address.describing import USUAL, AddressForm, describe_address
from connector.dataplane.addresses import ADDRESSES
from connector.dataplane.backends.asking import BackendAuth
from connector.dataplane.backends.paging import Paging


class _Tram(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["tram"]
    line: Annotated[int, msgspec.Meta(ge=1, le=99)] = 7
    stop: Annotated[str, msgspec.Meta(pattern="^[A-Z]+$", max_length=9)]
    fare: Annotated[str, msgspec.Meta(extra=USUAL)] = ""
    ways: dict[str, str] = {}
    box: tuple[float, float] | None = None
    auth: BackendAuth | None = None
    paging: Paging | None = None


def _find(form: AddressForm, name: str) -> dict[str, object]:
    return msgspec.structs.asdict(next(member for member in form.members if member.name == name))


def test_the_members_are_those_of_the_type_with_the_required_ones_first() -> None:
    form = describe_address("tram", _Tram)
    assert [member.name for member in form.members] == ["stop", "line", "fare", "box"]
    assert _find(form, "stop") | {"required": True, "pattern": "^[A-Z]+$", "longest": 9} == _find(form, "stop")
    assert _find(form, "line") | {"sort": "whole", "least": 1, "most": 99, "default": "7"} == _find(form, "line")
    assert _find(form, "box") | {"sort": "numbers", "count": 2} == _find(form, "box")
    assert _find(form, "fare")["usual"]
    assert not form.chooses


def test_a_part_has_its_forms_with_the_members_that_each_uses() -> None:
    auth, paging = describe_address("tram", _Tram).parts
    assert [variant.tag for variant in auth.variants] == ["api-key", "basic", "oauth2"]
    assert {member.sort for variant in auth.variants for member in variant.members} == {"text", "secret"}
    used = {variant.tag: {member.name for member in variant.members} for variant in paging.variants}
    assert {"offset", "limit", "size"} < used["offset"]
    assert used["next"] - used["link"] == {"member"}


@pytest.mark.parametrize("kind", ADDRESSES)
def test_a_kind_describes_what_it_requires(kind: str) -> None:
    form = describe_address(kind, ADDRESSES[kind])
    required = {field.encode_name for field in msgspec.structs.fields(ADDRESSES[kind]) if field.required} - {"kind"}
    assert {member.name for member in form.members if member.required} == required
