"""The crash matrix: a life of the scenario for every event of either side, with a SIGKILL there and a restart."""

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from tests.crash import scenario
from tests.crash.space import Side, Space, Stuck

RESULT = Path(__file__).parents[2] / "build" / "crash-matrix.json"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one kill did: how much was lost, duplicated or stuck, and the seconds until all was done on both sides."""

    side: str
    point: int
    event: str
    killed: bool
    lost: int = 0
    duplicated: int = 0
    stuck: int = 0
    recovery_s: float = 0.0
    why: str = ""


Life = Callable[[Space], object]


def events(space: Space, kind: str = "start", live: Life = scenario.once) -> dict[str, list[str]]:
    """Return the events of the scenario in each process, from a life without a kill."""
    for victim in space.victims.values():
        victim.kill()
        victim.start(kind=kind)
    for victim in space.victims.values():
        victim.arm()
    live(space)
    return {victim.name: victim.events() for victim in space.victims.values()}


def strike(space: Space, side: Side, point: int, kind: str = "start", live: Life = scenario.once) -> Row:
    """Live through the scenario with a kill of one process at one point, or with what `kind` does to it."""
    side.kill()
    side.start(point, kind)
    side.killed_at = None
    side.arm()
    lost = stuck = 0
    why = ""
    try:
        live(space)
    except Stuck as error:
        stuck, why = 1, str(error)
    except AssertionError as error:
        lost, why = 1, str(error)
    ended = time.monotonic()
    space.revive()
    happened = side.events()
    apart, twice = space.unequal(), space.duplicated()
    return Row(
        side=side.name,
        point=point,
        event=happened[0] if happened else "not reached",
        killed=side.killed_at is not None,
        lost=lost + len(apart),
        duplicated=len(twice),
        stuck=stuck,
        recovery_s=round(ended - side.killed_at, 3) if side.killed_at else 0.0,
        why="; ".join([why, *apart, *twice]).strip("; "),
    )


def summary(rows: Iterable[Row]) -> dict[str, Any]:
    """Return the figures of the whole."""
    rows = list(rows)
    times = sorted(row.recovery_s for row in rows if row.killed)
    return {
        "kills": len(times),
        "lost": sum(row.lost for row in rows),
        "duplicated": sum(row.duplicated for row in rows),
        "stuck": sum(row.stuck for row in rows),
        "recovery_p50_s": times[len(times) // 2] if times else None,
        "recovery_p99_s": times[int(len(times) * 0.99)] if times else None,
    }


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table for people."""
    lines = [f"{'side':6} {'point':>5}  {'event':66} lost dup stuck  recovery"]
    lines += [
        f"{row.side:6} {row.point:5d}  {row.event[:66]:66} {row.lost:4d} {row.duplicated:3d} {row.stuck:5d} "
        f"{row.recovery_s:8.2f} s {row.why}"
        for row in rows
    ]
    return "\n".join(lines)


def write(part: str, found: dict[str, Any]) -> None:
    """Add a part to the result file."""
    RESULT.parent.mkdir(exist_ok=True)
    whole = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    RESULT.write_text(json.dumps({**whole, part: found}, indent=2) + "\n", encoding="utf-8")
