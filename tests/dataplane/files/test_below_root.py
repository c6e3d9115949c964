"""Files below a root, and the threads that read them."""

import asyncio
import os
from pathlib import Path

import pytest

from connector.dataplane.files.below_root import await_job, is_folder, list_members, open_file, relative_path
from connector.ports.flow import SourceError


async def test_a_thread_is_waited_for_however_often_its_task_is_cancelled() -> None:
    job: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    stopped: list[bool] = []
    task = asyncio.create_task(await_job(job, lambda: stopped.append(True)))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not task.done(), "the thread may still use what the task would now close"
    assert stopped == [True]
    job.set_result(1)
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("path", ["../secret", "out/secret", "link", "folder/link", "pipe", "folder", "missing"])
def test_only_a_regular_file_below_the_root_is_opened(root: Path, path: str) -> None:
    with pytest.raises(SourceError):
        os.close(open_file(root, relative_path({"path": path})))


def test_the_members_of_a_folder_are_its_regular_files_by_path(root: Path) -> None:
    (root / "folder/inner").mkdir()
    (root / "folder/inner/b").write_bytes(b"b")
    (root / "folder/.hidden").write_bytes(b"x")
    assert list_members(root, "folder") == ["a", "inner/b"]
    assert is_folder(root, "folder/inner")
    assert not is_folder(root, "folder/a")
