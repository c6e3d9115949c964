"""Processes that are killed, stopped and started again: whatever was begun goes on and ends the same on both sides."""

import hashlib
import signal
from pathlib import Path

import pytest

from tests.e2e.live import Live, until

pytestmark = pytest.mark.e2e

LARGE = 128 * 1024 * 1024
AT_ONCE = 12


@pytest.fixture(scope="module")
def small(live: Live) -> str:
    (live.data / "small.csv").write_bytes(b"street;cars\n")
    return live.offer("small.csv")


@pytest.fixture(scope="module")
def large(live: Live) -> str:
    with (live.data / "large.bin").open("wb") as file:
        for number in range(LARGE // 1024 // 1024):
            file.write(hashlib.shake_128(number.to_bytes(4, "big")).digest(1024) * 1024)
    return live.offer("large.bin")


@pytest.mark.parametrize("victim", ["city", "firm"])
def test_negotiations_go_on_where_a_killed_process_left_them(live: Live, small: str, victim: str) -> None:
    begun = [live.firm.negotiations.start(live.city_id, small).id for _ in range(AT_ONCE)]
    live.kill(victim)
    live.start(victim)
    agreements = {live.finalized(pid).agreement_id for pid in begun}
    assert len(agreements) == AT_ONCE


@pytest.mark.parametrize("victim", ["city", "firm"])
def test_a_large_pull_goes_on_where_a_killed_process_left_it(
    live: Live, large: str, victim: str, tmp_path: Path
) -> None:
    begun = live.firm.transfers.start(live.agree(large))
    until(lambda: live.arriving() > 0)
    live.kill(victim)
    assert 0 < live.arriving() < LARGE
    live.start(victim)
    live.completed(begun.id)
    saved = live.firm.transfers.download(begun.id, tmp_path / "arrived.bin")
    with (live.data / "large.bin").open("rb") as offered:
        assert saved.files[0].sha256 == hashlib.file_digest(offered, "sha256").hexdigest()
    assert live.arriving() == 0


def test_a_process_told_to_stop_leaves_nothing_half_done(live: Live, small: str, large: str) -> None:
    pulled = live.firm.transfers.start(live.agree(large)).id
    begun = [live.firm.negotiations.start(live.city_id, small).id for _ in range(AT_ONCE)]
    until(lambda: live.arriving() > 0)
    assert live.end("city", signal.SIGTERM) == 0
    live.start("city")
    for pid in begun:
        live.finalized(pid)
    live.completed(pulled)
    for word in ("city", "firm"):
        assert "Traceback" not in live.log(word)
