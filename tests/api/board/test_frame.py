"""What the endpoints of the board share."""

import pytest

from connector.api.board.frame import BoardDesk, find_need, find_own_need
from connector.api.frame.errors import ApiError
from connector.ports.identity import Caller
from tests.api.board.conftest import AIR, BoardWorld


async def test_a_need_is_found_and_only_its_owner_finds_it_as_its_own(broker: BoardWorld) -> None:
    posted = await broker.said("POST", "needs", {"question": "Wie laut ist es nachts?"})
    desk: BoardDesk = broker.app.state.board
    need = await find_need(desk, posted["id"])
    assert await find_own_need(desk, need.id, _caller(need.owner)) == need
    with pytest.raises(ApiError, match="Only the owner"):
        await find_own_need(desk, need.id, _caller(AIR))
    with pytest.raises(ApiError, match="Unknown need"):
        await find_need(desk, "x")


def _caller(participant: str) -> Caller:
    return Caller(participant=participant, claims={}, evidence={}, replay_key=None)
