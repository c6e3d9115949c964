"""The files of a delivery: only those of this side, below the root, as a download or a range of it."""

from pathlib import Path

import pytest

from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.desk.received import answer_with, list_files, open_delivered
from connector.ports.changes import PutProcess
from connector.protocol.dsp.common import Role
from tests.support.plane import Desk
from tests.web.getting import CSV, DELIVERED, make_delivery, put_files


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_folder_has_its_members_and_one_file_needs_no_name(desk: Desk) -> None:
    await desk.store.commit([PutProcess(make_delivery(), None)])
    put_files(desk, luft_csv=CSV)
    folder = DELIVERED.rpartition(":")[2]
    context = desk.values.context
    assert await list_files(context, desk.received, DELIVERED) == {"luft.csv": f"{folder}/luft.csv"}
    opened = await open_delivered(context, desk.received, DELIVERED, None)
    answer = answer_with(opened, range_header="bytes=0-7")
    assert answer.pieces
    assert b"".join(answer.pieces) == CSV.encode()[:8]
    assert answer.headers["Content-Range"] == f"bytes 0-7/{len(CSV)}"


async def test_one_of_several_files_has_to_be_named(desk: Desk) -> None:
    await desk.store.commit([PutProcess(make_delivery(), None)])
    put_files(desk, a_csv="x", b_csv="y")
    with pytest.raises(NotAllowed, match="2 files"):
        await open_delivered(desk.values.context, desk.received, DELIVERED, None)
    with pytest.raises(NoSuchEntity, match="Unknown file"):
        await open_delivered(desk.values.context, desk.received, DELIVERED, "c.csv")


ELSEWHERE = [{"role": Role.PROVIDER}, {"sink": b'{"kind":"http","url":"https://x"}'}, {"sink": None}]


@pytest.mark.parametrize("changed", ELSEWHERE)
async def test_what_did_not_arrive_in_a_file_here_has_no_files(desk: Desk, changed: dict[str, object]) -> None:
    await desk.store.commit([PutProcess(make_delivery(**changed), None)])
    with pytest.raises(NoSuchEntity, match="not in a file here"):
        await list_files(desk.values.context, desk.received, DELIVERED)
