"""How long anything waits after failures before it is tried again. Pure."""

_MOST_DOUBLINGS = 32


def double_pause(first: float, failures: int, most: float) -> int:
    """Return the pause after so many failures in a row: `first`, doubled with each further one, and `most` at most.

    `first`, `most` and the pause have one unit, which is that of the caller.

    >>> [double_pause(5, failures, 60) for failures in (1, 2, 3, 99)]
    [5, 10, 20, 60]
    """
    return int(min(first * 2 ** min(max(failures - 1, 0), _MOST_DOUBLINGS), most))
