"""The index on the disk: it goes on from its last commit, is built anew if it is damaged, and answers meanwhile."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.ports.broker_store import Entry
from connector.ports.search_index import Followed, IndexMissing, Query, SearchUnavailable
from connector.ports.store_errors import Unavailable
from connector.store.index import index as module
from connector.store.index.folders import BEFORE, LAYOUT, find_unfinished, is_whole, read_served
from connector.store.index.index import TantivyIndex, open_index
from tests.contract.test_record import entry


def numbered(seq: int, title: str = "Wald", row: int | None = None) -> Entry:
    return replace(entry(f"d{row or seq}", title), seq=seq, row=row or seq)


def removed(seq: int, row: int) -> Entry:
    return replace(numbered(seq, row=row), removed_at=seq)


async def rows(index: TantivyIndex, text: str = "") -> list[int]:
    return sorted(row for row, _ in (await index.find(Query(text=text, limit=100))).hits)


async def serve(index: TantivyIndex, *entries: Entry) -> None:
    """Fill the first index, and let it answer."""
    await index.put(entries, built=True)
    await index.commit(built=True)
    await index.switch()


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[TantivyIndex]:
    opened = await open_index(tmp_path / "index")
    yield opened
    await opened.close()


async def test_without_an_index_nothing_answers_until_the_first_is_built(index: TantivyIndex) -> None:
    assert index.progress() == Followed(served=None, built=0, answers=False)
    for call in (index.find(Query()), index.suggest("wa", frozenset(), frozenset({0}), 9)):
        with pytest.raises(IndexMissing, match="being built"):
            await call
    await serve(index, numbered(1), numbered(2))
    assert index.progress() == Followed(served=2, found=2)
    assert await rows(index, "wald") == [1, 2]


async def test_letters_with_figures_behind_them_are_found_however_they_are_written(index: TantivyIndex) -> None:
    titles = ("Feinstaub PM10", "Feinstaub PM 10", "Feinstaub PM₁₀", "PM der Stadt, 10 Seiten", "PM100", "10 PM")
    await serve(index, *(numbered(at, title) for at, title in enumerate(titles, 1)))
    assert await rows(index, "pm10 Feinstaub") == await rows(index, "Feinstaub pm-10") == [1, 2, 3]
    assert await rows(index, "pm 10 seiten") == [4]
    assert await rows(index, "pm10 seiten") == []
    assert await rows(index, "-pm10") == [2, 4, 5, 6]


async def test_the_last_change_for_everybody_is_known_with_each_commit(index: TantivyIndex, tmp_path: Path) -> None:
    await serve(index, replace(numbered(1), change=1), replace(numbered(2), change=9, visibility=3))
    assert (index.progress().found, index.progress().shown) == (2, 1)
    again = replace(numbered(2, row=2), seq=0, change=7)
    await index.put([again, replace(removed(3, 1), change=2), replace(numbered(4), change=10, visibility=3), again])
    assert index.progress().shown == 1
    await index.commit()
    opened = await open_index(tmp_path / "index")
    assert (opened.progress().found, opened.progress().shown, index.progress().shown) == (4, 2, 2)
    await opened.close()


async def test_what_was_committed_survives_and_the_rest_is_put_again(index: TantivyIndex, tmp_path: Path) -> None:
    await serve(index, numbered(1))
    await index.put((numbered(2), removed(3, 1)))
    await index.commit()
    await index.put((numbered(4),))
    assert index.progress().served == 4
    assert await rows(index) == [2]
    await index.close()
    again = await open_index(tmp_path / "index")
    assert again.progress() == Followed(served=3, found=3)
    assert await rows(again) == [2]
    await again.put((numbered(4), numbered(5, "Wiese", row=2)))
    await again.commit()
    assert (await rows(again, "wald"), await rows(again, "wiese")) == ([4], [2])
    await again.close()


async def test_an_index_built_anew_takes_the_place_of_the_old_one_which_answers_until_then(
    index: TantivyIndex, tmp_path: Path
) -> None:
    await serve(index, numbered(1), numbered(2))
    await index.rebuild()
    await index.put((numbered(2),), built=True)
    await index.commit(built=True)
    assert (await rows(index), index.progress()) == ([1, 2], Followed(served=2, built=2, found=2))
    await index.put((numbered(3),))
    await index.commit()
    assert await rows(index) == [1, 2, 3]
    await index.switch()
    assert (await rows(index), index.progress()) == ([2], Followed(served=2, found=2))
    assert len([folder for folder in (tmp_path / "index").iterdir() if folder.is_dir()]) == 1


async def test_a_rebuild_that_was_interrupted_goes_on(index: TantivyIndex, tmp_path: Path) -> None:
    await serve(index, numbered(1))
    await index.rebuild()
    await index.put((numbered(1), numbered(2)), built=True)
    await index.commit(built=True)
    await index.close()
    again = await open_index(tmp_path / "index")
    assert again.progress() == Followed(served=1, built=2, found=1)
    await again.rebuild()
    assert again.progress() == Followed(served=1, built=0, found=1)
    assert await rows(again) == [1]
    await again.close()


def _truncate(folder: Path) -> None:
    largest = max(folder.iterdir(), key=lambda file: file.stat().st_size)
    os.truncate(largest, largest.stat().st_size // 2)


def _flip(folder: Path) -> None:
    for file in folder.glob("*.term"):
        content = bytearray(file.read_bytes())
        content[len(content) // 3] ^= 0xFF
        file.write_bytes(content)


def _lose(folder: Path) -> None:
    next(folder.glob("*.idx")).unlink()


def _garble(folder: Path) -> None:
    (folder / "meta.json").write_text("{")


def _forget(folder: Path) -> None:
    (folder.parent / "served").unlink()


def _other_layout(folder: Path) -> None:
    folder.rename(folder.with_name("layout-0.000001"))
    (folder.parent / "served").write_text("layout-0.000001")


def _outside(folder: Path) -> None:
    (folder.parent / "served").write_text("../../etc")


@pytest.mark.parametrize("damage", [_truncate, _flip, _lose, _garble, _other_layout, _outside])
async def test_a_damaged_index_or_one_of_another_layout_is_built_anew(
    index: TantivyIndex, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    await serve(index, *(numbered(seq, f"Wald {seq}") for seq in range(1, 200)))
    await index.close()
    folder = read_served(tmp_path / "index")
    assert folder
    assert is_whole(folder)
    damage(folder)
    again = await open_index(tmp_path / "index")
    assert not again.progress().answers
    assert again.progress().built is not None
    await again.put([numbered(500, "Wiese")], built=True)
    await again.commit(built=True)
    await again.close()
    again = await open_index(tmp_path / "index")
    assert again.progress() == Followed(served=None, built=500, answers=False)
    await again.switch()
    assert await rows(again, "wiese") == [500]
    await again.close()


async def test_deletions_of_a_commit_that_was_not_finished_are_no_damage(index: TantivyIndex, tmp_path: Path) -> None:
    await serve(index, *(numbered(number) for number in range(1, 9)))
    await index.put([removed(9, 1)])
    await index.commit()
    await index.close()
    folder = read_served(tmp_path / "index")
    assert folder is not None
    kept = next(folder.glob("*.del"))
    begun, _, _ = kept.name.partition(".")
    (folder / f"{begun}.999999.del").write_bytes(kept.read_bytes()[:9])
    reopened = await open_index(tmp_path / "index")
    assert (reopened.progress().answers, await rows(reopened)) == (True, [2, 3, 4, 5, 6, 7, 8])
    await reopened.close()
    kept.write_bytes(kept.read_bytes()[:9])
    reopened = await open_index(tmp_path / "index")
    assert reopened.progress().answers is False
    await reopened.close()


async def test_an_index_of_the_layout_before_answers_and_follows_until_the_new_one_is_built(
    index: TantivyIndex, tmp_path: Path
) -> None:
    await serve(index, numbered(1))
    await index.close()
    root = tmp_path / "index"
    folder = read_served(root)
    assert folder is not None
    folder.rename(root / f"layout-{BEFORE}.000009")
    (root / "served").write_text(f"layout-{BEFORE}.000009")
    upgraded = await open_index(root)
    assert upgraded.progress() == Followed(served=1, built=0, found=1)
    await upgraded.put([numbered(2)])
    await upgraded.commit()
    assert await rows(upgraded, "wald") == [1, 2]
    await upgraded.put([numbered(1), numbered(2)], built=True)
    await upgraded.commit(built=True)
    await upgraded.close()
    again = await open_index(root)
    assert again.progress() == Followed(served=2, built=2, found=2)
    await again.switch()
    assert await rows(again, "wald") == [1, 2]
    assert [one.name.partition(".")[0] for one in root.iterdir() if one.is_dir()] == [f"layout-{LAYOUT}"]
    await again.close()


async def test_an_index_that_is_found_damaged_by_a_search_is_given_up(index: TantivyIndex, tmp_path: Path) -> None:
    await serve(index, numbered(1))
    track = index._served
    assert track
    assert track.folder
    await asyncio.to_thread(index._examine, track)
    assert index.progress().answers
    _flip(track.folder)
    await asyncio.to_thread(index._examine, track)
    assert index.progress() == Followed(served=None, built=0, answers=False)


async def test_a_search_that_takes_too_long_ends(index: TantivyIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    await serve(index, numbered(1))
    monkeypatch.setattr(module, "SECONDS", 0.0)
    with pytest.raises(SearchUnavailable, match="longer than 0 s"):
        await index.find(Query(text="wald"))
    monkeypatch.undo()
    assert await rows(index, "wald") == [1]


async def test_a_folder_that_cannot_be_written_is_told_and_a_later_attempt_succeeds(
    index: TantivyIndex, tmp_path: Path
) -> None:
    await serve(index, numbered(1))
    folder = read_served(tmp_path / "index")
    assert folder
    lock = folder / ".tantivy-writer.lock"
    lock.unlink()
    lock.mkdir()
    index._served._writer = None  # type: ignore[union-attr]
    with pytest.raises(Unavailable, match="cannot be written now"):
        await index.put((numbered(2),))
    assert (await rows(index), index.progress().served) == ([1], 1)
    lock.rmdir()
    await index.put((numbered(2),))
    await index.commit()
    assert await rows(index) == [1, 2]


async def test_a_closed_index_is_unavailable(index: TantivyIndex) -> None:
    await index.close()
    with pytest.raises(Unavailable, match="closed"):
        await index.put((numbered(1),), built=True)


WRITER = """
import asyncio, sys
from pathlib import Path
from connector.store.index.index import open_index
from tests.store.index.test_index import numbered

async def main():
    index = await open_index(Path(sys.argv[1]))
    built = not index.progress().answers
    seq = (index.progress().built if built else index.progress().served) or 0
    while True:
        for _ in range(20):
            seq += 1
            await index.put((numbered(seq, f"Wald {seq}"),), built=built)
        await index.commit(built=built)
        print(seq, flush=True)
        if built:
            await index.switch()
            built = False
        if seq % 60 == 0:
            await index.rebuild()
            await index.put([numbered(at) for at in range(1, seq + 1)], built=True)
            await index.commit(built=True)
            await index.switch()

asyncio.run(main())
"""


@pytest.mark.parametrize("lines", [1, 3, 5, 8])
async def test_a_process_that_is_killed_loses_nothing_that_it_committed(tmp_path: Path, lines: int) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(tmp_path / "index"), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout
    told = 0
    for _ in range(lines):
        told = int(await writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    await writer.wait()
    index = await open_index(tmp_path / "index")
    progress = index.progress()
    reached = max(progress.served or 0, progress.built or 0)
    assert reached >= told
    assert reached % 20 == 0
    if progress.answers:
        found = await index.find(Query(text="wald", limit=1))
        assert found.total == progress.served
    assert find_unfinished(tmp_path / "index") is None or progress.built is not None
    await index.close()
