"""`make bench`: run the benchmarks one after the other and write `build/benchmarks.json`; names pick some of them.

With `--against COMMIT` each is run here and at that commit in turn, and the ratios are printed.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.benchmarks import (
    api,
    broker,
    catalog,
    growth,
    identity,
    memory,
    negotiation,
    policy,
    scale,
    soak,
    start,
    streams,
    transfer,
    treatment,
    waiting,
    web,
)
from tests.benchmarks.against import ROOT, compare
from tests.benchmarks.figures import Figure, describe, keep
from tests.benchmarks.outside import Order

WITHIN: dict[str, Callable[[Path], list[Figure]]] = {
    "policy": policy.measure,
    "identity": identity.measure,
    "negotiation": negotiation.measure,
    "catalog": catalog.measure,
    "waiting": waiting.measure,
    "transfer": transfer.measure,
    "treatment": treatment.measure,
    "streams": streams.measure,
    "broker": broker.measure,
    "scale": scale.measure,
}
"""They use modules of the product: another commit measures itself, with its own code."""
OUTSIDE: dict[str, Callable[[Order], list[Figure]]] = {
    "start": start.measure,
    "api": api.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "soak": soak.measure,
    "web": web.measure,
}
"""They drive processes from outside: the code is always that of this tree, also for the processes of another commit."""
BY_NAME_ONLY = {"growth", "scale", "soak", "streams"}


def main() -> None:
    """Run what was asked for, or everything that takes no more than minutes."""
    parser = argparse.ArgumentParser(description="Measure the connector against baselines of the same run.")
    parser.add_argument(
        "names", nargs="*", choices=[*OUTSIDE, *WITHIN, []], help="which; else all but growth, scale, soak and streams"
    )
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks.json"))
    parser.add_argument("--against", metavar="COMMIT", help="compare with this commit, in turn")
    parser.add_argument("--python", help="the interpreter of the other commit (default: the one of this environment)")
    parser.add_argument("--pairs", type=int, default=5, help="how many pairs of runs a comparison takes")
    parser.add_argument("--tree", type=Path, help="measure the processes of another checkout with its own .venv")
    parser.add_argument("--agreements", type=int, default=500_000, help="how many the store of `growth` holds")
    parser.add_argument("--assets", type=int, default=100_000, help="how many the store of `growth` holds")
    parser.add_argument("--offers", type=int, default=20_000, help="how many `broker` searches among")
    parser.add_argument("--connectors", type=int, default=200, help="how many offer them")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long `soak` lasts")
    given = parser.parse_args()
    names = given.names or [name for name in (*OUTSIDE, *WITHIN) if name not in BY_NAME_ONLY]
    if given.tree and not OUTSIDE.keys() >= set(names):
        parser.error(f"--tree is for {', '.join(OUTSIDE)}; --against measures the others at another commit")
    if given.against:
        sizes = ["--agreements", given.agreements, "--assets", given.assets, "--minutes", given.minutes]
        outside = [name for name in names if name in OUTSIDE]
        within = [name for name in names if name in WITHIN]
        compare(
            given.against,
            within,
            outside,
            max(given.pairs, 1),
            given.out,
            [str(word) for word in sizes],
            python=given.python or f"{sys.base_prefix}/bin/python3",
        )
        return
    sized = {**WITHIN, "broker": partial(broker.measure, offers=given.offers, connectors=given.connectors)}
    figures: list[Figure] = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="datenkontor-bench-") as folder:
            order = Order(Path(folder), given.tree, given.agreements, given.assets, given.minutes)
            figures += OUTSIDE[name](order) if name in OUTSIDE else sized[name](order.base)
        keep(figures, given.out, describe(order.tree or ROOT, order.python))


if __name__ == "__main__":
    main()
