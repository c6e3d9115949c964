"""Kill -9 before and after every write and every send, of either side: nothing lost, nothing twice, nothing stuck.

The same with losses of power, in the midst of what SQLite does to its files.
"""

from pathlib import Path

import msgspec
import pytest

from tests.crash import matrix
from tests.crash.space import space

# A few points of each side for every run of the tests, from all over the scenario.
SHORT = 5
# How many losses of power of each side.
LOSSES = 60


@pytest.mark.crash
def test_every_write_and_every_send_survives_a_kill(tmp_path: Path) -> None:
    with space(tmp_path) as both:
        events = matrix.events(both)
        rows = [
            matrix.strike(both, both.sides[name], point)
            for name, happened in events.items()
            for point in range(1, len(happened) + 1)
        ]
    found = matrix.summary(rows)
    print(f"\n{matrix.table(rows)}\n{found}")
    matrix.write("matrix", {**found, "rows": msgspec.to_builtins(rows)})
    assert (found["lost"], found["duplicated"], found["stuck"]) == (0, 0, 0)
    # A life on a busy machine has more commits than the next one, because acknowledgements come late: nearly all points
    # are reached.
    assert found["kills"] >= 0.9 * len(rows)
    assert found["recovery_p99_s"] < 60


@pytest.mark.crash
def test_a_loss_of_power_at_hundreds_of_moments_loses_nothing_that_was_said(tmp_path: Path) -> None:
    with space(tmp_path) as both:
        events = matrix.events(both, "power")
        rows = [
            matrix.strike(both, both.sides[name], point, "power")
            for name, happened in events.items()
            for point in range(1, len(happened) + 1, 1 + len(happened) // LOSSES)
        ]
    found = matrix.summary(rows)
    print(f"\n{matrix.table(rows)}\n{found}")
    matrix.write("power", {**found, "rows": msgspec.to_builtins(rows)})
    assert (found["lost"], found["duplicated"], found["stuck"]) == (0, 0, 0)
    assert found["kills"] >= 0.95 * len(rows)


@pytest.mark.e2e
def test_kills_and_losses_of_power_from_all_over_the_scenario_are_survived(tmp_path: Path) -> None:
    with space(tmp_path) as both:
        events = matrix.events(both)
        points = {
            name: [1 + number * (len(happened) - 1) // SHORT for number in range(SHORT)]
            for name, happened in events.items()
        }
        # Here a delivery once went unnoticed for ever.
        points["firm"][-1] = events["firm"].index("before write flow delivered") + 1
        # And here the file of a pull once lost its name.
        points["firm"] += [at for at, event in enumerate(events["firm"], 1) if event == "before naming the file"]
        rows = [matrix.strike(both, both.sides[name], point) for name in points for point in points[name]]
        # And a loss of power on either side, in the midst of its writes.
        rows += [matrix.strike(both, side, 40, "power") for side in both.sides.values()]
    found = matrix.summary(rows)
    assert (found["lost"], found["duplicated"], found["stuck"]) == (0, 0, 0), matrix.table(rows)
    assert found["kills"] >= SHORT
