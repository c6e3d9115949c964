"""`make bench`: run the benchmarks one after the other and write `build/benchmarks.json`; names pick some of them.

With `--against COMMIT` each is run here and at that commit in turn, and the ratios are printed.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import catalog, negotiation, policy, start, transfer, treatment, waiting
from tests.benchmarks.against import compare
from tests.benchmarks.figures import Figure, keep

BENCHMARKS: dict[str, Callable[[Path], list[Figure]]] = {
    "start": start.measure,
    "policy": policy.measure,
    "negotiation": negotiation.measure,
    "catalog": catalog.measure,
    "waiting": waiting.measure,
    "transfer": transfer.measure,
    "treatment": treatment.measure,
}


def main() -> None:
    """Run what was asked for, or everything."""
    parser = argparse.ArgumentParser(description="Measure the connector against baselines of the same run.")
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which; else all")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks.json"))
    parser.add_argument("--against", metavar="COMMIT", help="compare with this commit, in turn")
    parser.add_argument("--pairs", type=int, default=5, help="how many pairs of runs a comparison takes")
    arguments = parser.parse_args()
    if arguments.against:
        compare(arguments.against, arguments.names or list(BENCHMARKS), max(arguments.pairs, 1), arguments.out)
        return
    figures: list[Figure] = []
    for name in arguments.names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="datenkontor-bench-") as folder:
            figures += BENCHMARKS[name](Path(folder))
        keep(figures, arguments.out)


if __name__ == "__main__":
    main()
