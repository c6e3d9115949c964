"""A night of pairs of policies against the solver and at sampled points; a night that was stopped goes on.

`python -m tests.policy.analysis.night --pairs 100000 --jobs 2`; `build/policy-night.jsonl` has a line for every batch.
"""

import argparse
import json
import sys
from collections import Counter
from multiprocessing import Pool
from pathlib import Path

from tests.policy.analysis.test_sound import check_with_solver

BATCH, POINTS = 500, 10


def batch(seed: int) -> dict[str, object]:
    """Check one batch; return how often each verdict was given, or what was wrong."""
    try:
        return {"seed": seed, "tally": check_with_solver(seed, BATCH, POINTS)}
    except AssertionError as wrong:
        return {"seed": seed, "wrong": str(wrong)[:20_000]}


def main() -> None:
    """Run the batches that are not in the journal yet; end with 1 if a verdict was wrong."""
    parser = argparse.ArgumentParser(description="Compare the analysis of policies with a solver and the evaluator.")
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--journal", type=Path, default=Path("build/policy-night.jsonl"))
    arguments = parser.parse_args()
    journal: Path = arguments.journal
    journal.parent.mkdir(parents=True, exist_ok=True)
    done = [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
    known = {entry["seed"] for entry in done}
    left = [seed for seed in range(-(-arguments.pairs // BATCH)) if seed not in known]
    with Pool(arguments.jobs) as pool, journal.open("a") as file:
        for entry in pool.imap_unordered(batch, left):
            file.write(json.dumps(entry) + "\n")
            file.flush()
            done.append(entry)
    total: Counter[str] = Counter()
    for entry in done:
        total.update(entry.get("tally", {}))
    wrong = [entry for entry in done if "wrong" in entry]
    print(json.dumps({**total, "points": total["pairs"] * POINTS, "wrong batches": len(wrong)}, indent=2))
    for entry in wrong:
        print(f"seed {entry['seed']}: {entry['wrong']}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
