"""The seeds that are always run, and those that show what each rule is for."""

from collections.abc import Iterable, Iterator
from pathlib import Path

# Universes in which a rule is missed: the first that is met is enough, and a change of the product may move them.
MISSED: dict[str, tuple[int, ...]] = {
    "repeat re-acknowledgement": (22,),
    "initial request idempotent": (98, 106),
    "implied acknowledgement": (10, 12),
    "GET after refusal or doubt": (418,),
    "crossing rank": (86, 87),
    "content: never inferred": (19,),
    "what ends cannot be called back": (22, 106),
    "fresh offer identifiers": (193, 479),
    "the look": (7407,),
    "no proof while an answer is awaited": (201, 236),
    "lost: a repeat shows it": (24, 88),
    "lost: the look shows it": (118, 439),
    "lost: sent again": (107, 159),
    "an agreement under another identifier": (122,),
    "data under another identifier": (1164, 1409),
    "a pid of another process ends it": (299,),
    "no progress is counted": (299,),
    # Universes with a third side.
    "a process is its peer's": (0, 1),
    "a pid is its peer's": (31,),
    "an agreement is its consumer's": (31, 38),
    "an agreement is filed under its provider": (79,),
}


# So many universes of two sides come before one that has a third side, too.
THIRD_EVERY = 10


def ever_failed() -> list[tuple[int, bool]]:
    """Return the seeds of `seeds.txt`: every universe that ever broke, each with what broke it behind a `#`.

    The second value tells whether the universe has a third side: the word `third` follows its seed.
    """
    lines = Path(__file__).with_name("seeds.txt").read_text(encoding="utf-8").splitlines()
    found = [words for words in (line.partition("#")[0].split() for line in lines) if words]
    return [(int(words[0]), words[1:] == ["third"]) for words in found]


def universes(seeds: Iterable[int]) -> Iterator[tuple[int, bool]]:
    """Return the universes of these seeds, some of them with a third side after the one without it."""
    for seed in seeds:
        yield seed, False
        if seed % THIRD_EVERY == 0:
            yield seed, True
