"""Many universes one after the other, as a worker process of the night's run lives them."""

from collections import Counter
from collections.abc import Iterable

from tests.simulation.rules import without
from tests.simulation.universe import live
from tests.simulation.witness import Broken

Outcome = tuple[int, Counter[str], str | None]


def lived(chunk: tuple[list[tuple[int, bool]], str | None]) -> Outcome:
    """Live through a chunk of universes, without a rule if one is named; where a worker process can find it."""
    seeds, rule = chunk
    if rule:
        with without(rule):
            return _all(seeds)
    return _all(seeds)


def _all(seeds: Iterable[tuple[int, bool]]) -> Outcome:
    seen: Counter[str] = Counter()
    count = 0
    for seed, third in seeds:
        try:
            seen += live(seed, third=third).seen
        except Broken as broken:
            return count, seen, str(broken)
        count += 1
    return count, seen, None
