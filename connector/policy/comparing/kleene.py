"""Three-valued folds of tests: and, or, xone.

ODRL Information Model 2.2, section 2.5.2; Kleene's strong logic. Pure: standard library only.
"""

from collections.abc import Callable

from connector.policy.comparing.atom import Test
from connector.policy.model.situation import Request, Truth, World


def fold_and(tests: tuple[Test, ...]) -> Test:
    """Combine tests by Kleene's and: False if one is False, else Unknown if one is Unknown.

    >>> fold_and((lambda _request, _world: True, lambda _request, _world: False))(request, world)
    False
    """
    if len(tests) == 2:
        return _fold_two(*tests)

    def test(request: Request, world: World) -> Truth:
        result: Truth = True
        for child in tests:
            verdict = child(request, world)
            if verdict is False:
                return False
            if verdict is None:
                result = None
        return result

    return test


def _fold_two(one: Test, other: Test) -> Test:
    """Kleene's and of two, a period or a pair of bounds: without a loop, for it may stand in a list of hundreds."""

    def test(request: Request, world: World) -> Truth:
        first = one(request, world)
        if first is False:
            return False
        second = other(request, world)
        return second if first is True else (False if second is False else None)

    return test


def fold_or(tests: tuple[Test, ...]) -> Test:
    """Combine tests by Kleene's or: True if one is True, else Unknown if one is Unknown.

    >>> fold_or((lambda _request, _world: None, lambda _request, _world: True))(request, world)
    True
    """

    def test(request: Request, world: World) -> Truth:
        result: Truth = False
        for child in tests:
            verdict = child(request, world)
            if verdict is True:
                return True
            if verdict is None:
                result = None
        return result

    return test


def fold_xone(tests: tuple[Test, ...]) -> Test:
    """Combine tests by xone: True if exactly one is True, False if two are True, else Unknown if one is Unknown.

    >>> fold_xone((lambda _request, _world: True, lambda _request, _world: True))(request, world)
    False
    """

    def test(request: Request, world: World) -> Truth:
        hits, unknown = 0, False
        for child in tests:
            verdict = child(request, world)
            if verdict is True:
                hits += 1
                if hits > 1:
                    return False
            elif verdict is None:
                unknown = True
        return None if unknown else hits == 1

    return test


FOLDS: dict[str, Callable[[tuple[Test, ...]], Test]] = {"and": fold_and, "or": fold_or, "xone": fold_xone}
