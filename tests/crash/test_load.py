"""The same under load: 16 and 64 negotiations in flight, 200 transfers eight at a time, with kills and restarts."""

from pathlib import Path

import msgspec
import pytest

from tests.crash import load, matrix, scenario
from tests.crash.space import space


def check(found: load.Found) -> None:
    print(f"\n{msgspec.json.encode(found).decode()}")
    matrix.write(found.name, msgspec.to_builtins(found))
    assert (found.lost, found.duplicated, found.stuck) == (0, 0, 0), "\n".join(found.why)
    assert found.finished + found.told == found.begun


@pytest.mark.crash
@pytest.mark.parametrize("victim", ["city", "firm"])
@pytest.mark.parametrize("count", [16, 64])
def test_negotiations_in_flight_survive_five_kills(tmp_path: Path, count: int, victim: str) -> None:
    with space(tmp_path) as both:
        found = load.negotiations(both, count, both.sides[victim])
    check(found)
    assert found.kills == 5
    assert found.finished == found.begun >= count


@pytest.mark.crash
def test_every_file_arrives_or_its_transfer_says_why(tmp_path: Path) -> None:
    with space(tmp_path) as both:
        agreement = scenario.negotiate(both)
        found = load.transfers(both, 200, at_once=8, kills=20, agreement=agreement)
    check(found)
    assert found.finished >= 0.9 * found.begun
