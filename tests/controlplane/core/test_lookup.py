"""An identifier leads to its entity, or to one error that names it in part."""

import pytest

from connector.controlplane.core import lookup
from connector.controlplane.core.errors import NoSuchEntity
from tests.support.plane import Desk


async def test_an_agreement_is_found_by_its_identifier(desk: Desk) -> None:
    await desk.agree("urn:agreement:7")
    assert (await lookup.find_agreement(desk.rooms.context, "urn:agreement:7")).id == "urn:agreement:7"


@pytest.mark.parametrize("find", [lookup.find_agreement, lookup.find_asset])
async def test_an_unknown_identifier_is_named_up_to_a_length(desk: Desk, find: object) -> None:
    with pytest.raises(NoSuchEntity) as caught:
        await find(desk.rooms.context, "urn:x:" + "y" * 5_000)  # type: ignore[operator]  # one of the two functions
    assert caught.value.code in {"no-agreement", "no-asset"}
    assert len(caught.value.reason) < 300
