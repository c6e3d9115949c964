"""Live through many universes: `python -m tests.simulation --seeds N [--first N] [--without RULE] [--jobs N]`.

Prints progress and, at the end, what was seen: pairs of states, transitions, rules, answers, crashes. A failure prints
the seed and the end of its trace and ends the run with 1; so the night's seed is the morning's test (`seeds.txt`).
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator

from tests.simulation import lives
from tests.simulation.rules import RULES
from tests.simulation.seeds import ever_failed, universes

CHUNK = 50
PROGRESS_S = 10.0
_GROUPS = ("pair", "transition", "rule", "manner", "event", "ended", "answer", "people", "crash", "stop")


def main(arguments: list[str]) -> int:
    """Run, report, and return the exit code: 0 if every universe held, 1 if one broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=2_000, help="how many universes (default 2000)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once (default: all cores)")
    parser.add_argument("--without", choices=sorted(RULES), help="take this rule away, to see it missed")
    chosen = parser.parse_args(arguments)
    seeds = [*ever_failed(), *universes(range(chosen.first, chosen.first + chosen.seeds))]
    chunks = [(seeds[at : at + CHUNK], chosen.without) for at in range(0, len(seeds), CHUNK)]
    seen: Counter[str] = Counter()
    began = told = time.monotonic()
    done = 0
    for count, found, fault in _lived(chunks, chosen.jobs):
        seen += found
        done += count
        if fault:
            print(fault)
            print(f"\nA universe broke after {done} of {len(seeds)}. Put its seed into tests/simulation/seeds.txt.")
            return 1
        if time.monotonic() - told >= PROGRESS_S:
            told = time.monotonic()
            print(f"{done} of {len(seeds)} universes, {done / (told - began):.0f}/s", flush=True)
    report(seen, done, time.monotonic() - began)
    return 0


def _lived(chunks: list[tuple[list[tuple[int, bool]], str | None]], jobs: int) -> Iterator[lives.Outcome]:
    if jobs == 1:
        yield from map(lives.lived, chunks)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(lives.lived, chunks)


def report(seen: Counter[str], universes: int, seconds: float) -> None:
    """Print what was seen, group by group."""
    hours = seen.pop("virtual seconds", 0) / 3600
    calm = seen.pop("virtual seconds until both agree", 0) / max(universes, 1)
    for group in _GROUPS:
        print(f"\n{group}")
        for name in sorted(name for name in seen if name.startswith(f"{group} ")):
            print(f"{seen[name]:10d}  {name.removeprefix(group).strip()}")
    print(
        f"\n{universes} universes held in {seconds:.1f} s ({universes / seconds:.0f}/s): {hours:.1f} virtual hours, "
        f"in calm weather {calm:.0f} s until both sides agreed and had gone on agreeing"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
