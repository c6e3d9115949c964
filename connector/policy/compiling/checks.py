"""From constraints of the normal form to checks: closures with three-valued verdicts, folded where time alone decides.

and, or and xone after Kleene; andSequence is `and` whose parts became true one after the other. Pure: standard library
and msgspec only.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

import msgspec

from connector.policy.comparing import moments, operators
from connector.policy.comparing.atom import Atom, Flip, OperandReader, Test, make_timely
from connector.policy.comparing.choices import Guard, by_name
from connector.policy.comparing.moments import Moments
from connector.policy.model.decision import Counter, Reason, Request, Truth, World
from connector.policy.model.literals import lexical
from connector.policy.model.model import AtomicConstraint, Constraint, Iri, LogicalConstraint, Value
from connector.policy.operands import count, date_time, day_of_week, elapsed_time, event, time_of_day, volume
from connector.policy.reading.document import refuse
from connector.policy.vocabulary.registry import Operand, Registry

CODE: dict[str, Callable[[Operand, str, tuple[Value, ...], str], Atom]] = {
    "count": count.build,
    "date_time": date_time.build,
    "day_of_week": day_of_week.build,
    "elapsed_time": elapsed_time.build,
    "event": event.build,
    "time_of_day": time_of_day.build,
    "volume": volume.build,
}
"""The operands that need code, by their name in the column `code` of `policies/operands.toml`."""


class Check(msgspec.Struct, frozen=True):
    """A compiled constraint.

    Parameters:
        path: where it stands in the normal form.
        constraint: what it was made of.
        test: its verdict.
        cost: cheap ones are asked first.
        found: values of the left operand, for an atomic constraint.
        children: checks of a logical constraint, in the order of the document.
        moments: the instants at which it holds, if it depends on the time alone.
        since: since when it has been as it is, None if that is never known.
        unknown: the reason it gives while its fact is missing, for an atomic constraint.
        guard: without which name it is False, for a comparison of names and an `and` that holds one.
    """

    path: str
    constraint: Constraint
    test: Test
    cost: int
    found: OperandReader | None = None
    children: tuple["Check", ...] = ()
    moments: Moments | None = None
    since: Flip | None = None
    unknown: Reason | None = None
    guard: Guard | None = None


class Builder:
    """Builds the checks of one rule and collects what they need from outside.

    Parameters:
        rule: uid of the rule, which names its counters.
        assume: verdict of a constraint that only the contract enforces and nobody can look up; True on permissions
            and duties, False on prohibitions.
        bounded: whether a counter that has to stay below a limit may be bumped by that limit alone: on permissions.
    """

    def __init__(self, registry: Registry, rule: str, *, assume: bool, bounded: bool = False) -> None:
        self.registry = registry
        self.rule = rule
        self.assume = assume
        self.bounded = bounded
        self.facts: set[str] = set()
        self.counters: dict[str, Counter] = {}
        self.flips: list[Flip] = []
        self.contractual: list[str] = []

    def checks(self, constraints: Sequence[Constraint], path: str) -> tuple[Check, ...]:
        """Build the checks of constraints that all have to hold."""
        return tuple(self.check(constraint, f"{path}/{index}") for index, constraint in enumerate(constraints))

    def check(self, constraint: Constraint, path: str, *, monotone: bool = True, alone: bool = True) -> Check:
        """Build one check.

        Parameters:
            monotone: whether the whole holds the more, the more parts hold; not so under xone.
            alone: whether the whole needs this part; not so under or and xone.

        Raises:
            PolicyError: a constraint that only the contract enforces stands under xone.
        """
        if isinstance(constraint, AtomicConstraint):
            return self._atomic(constraint, path, monotone, alone)
        kind = constraint.operand
        children = tuple(
            self.check(
                child,
                f"{path}/{kind}/{index}",
                monotone=monotone and kind != "xone",
                alone=alone and kind not in {"or", "xone"},
            )
            for index, child in enumerate(constraint.constraints)
        )
        sets = [child.moments for child in children if child.moments is not None]
        if len(sets) == len(children) and kind != "andSequence":
            folded = moments.combine(kind, sets)
            return Check(path, constraint, make_timely(folded), 1, children=children, moments=folded)
        ordered = sorted(children, key=lambda child: child.cost)
        tests = tuple(child.test for child in ordered)
        test = _sequence(children) if kind == "andSequence" else _LOGICAL[kind](tests)
        guard = None
        if kind == "and":
            guard = next((child.guard for child in ordered if child.guard is not None), None)
        elif kind != "andSequence":
            test = by_name([child.guard for child in ordered], tests, _LOGICAL[kind], test)
        cost = sum(child.cost for child in children) + 1
        return Check(path, constraint, test, cost, children=children, guard=guard)

    def _atomic(self, constraint: AtomicConstraint, path: str, monotone: bool, alone: bool) -> Check:
        operand = self.registry.operands[constraint.left]
        atom = self._atom(operand, constraint)
        self.facts.update(atom.facts)
        if atom.flip is not None:
            self.flips.append(atom.flip)
        if atom.counter is not None:
            self._count(atom.counter, by_limit=alone and self.bounded)
        test = atom.test
        if operand.tier != "provider":
            if not monotone:
                sentence = f"{operand.iri} is enforced by the contract alone and cannot stand under xone."
                refuse("contractual-in-xone", path, sentence)
            self.contractual.append(path)
            test = _assume(test, self.assume)
        right = constraint.right
        wanted = lexical(right[0])[0] if len(right) == 1 else ", ".join([lexical(value)[0] for value in right[:10]])
        expected = f"{constraint.operator} {wanted}"
        unknown = Reason("constraint-unknown", self.rule, path, constraint.left, expected)
        guard = (operand.iri, atom.found, atom.names) if atom.names is not None and atom.names.wanted else None
        return Check(path, constraint, test, atom.cost, atom.found, (), atom.moments, atom.since, unknown, guard)

    def _count(self, counter: Counter, *, by_limit: bool) -> None:
        if not by_limit:
            counter = Counter(counter.fact, counter.step, None, exact=True)
        held = self.counters.get(counter.fact)
        if held is not None:
            limits = [entry.limit for entry in (held, counter) if entry.limit is not None]
            counter = Counter(held.fact, held.step, min(limits, default=None), held.exact or counter.exact)
        self.counters[counter.fact] = counter

    def _atom(self, operand: Operand, constraint: AtomicConstraint) -> Atom:
        if operand.code:
            return CODE[operand.code](operand, constraint.operator, constraint.right, self.rule)
        taxonomy = self.registry.taxonomies[operand.taxonomy] if operand.taxonomy else None
        compare = operators.comparison(operand, constraint.operator, constraint.right, taxonomy)
        return _plain(operand, compare, 2 if taxonomy is None else 3)


def flatten(constraints: Sequence[Constraint], path: str) -> Iterator[tuple[Constraint, str]]:
    """Take `and` apart: every constraint that has to hold by itself, with its path."""
    for index, constraint in enumerate(constraints):
        here = f"{path}/{index}"
        if isinstance(constraint, LogicalConstraint) and constraint.operand == "and":
            yield from flatten(constraint.constraints, f"{here}/and")
        else:
            yield constraint, here


def leaves(constraint: Constraint) -> Iterator[AtomicConstraint]:
    """All atomic constraints of a constraint."""
    if isinstance(constraint, AtomicConstraint):
        yield constraint
    else:
        for child in constraint.constraints:
            yield from leaves(child)


def edges(checks: Sequence[Check]) -> Iterator[datetime]:
    """The instants at which any of the checks changes because of the time alone."""
    for check in checks:
        if check.moments is not None:
            yield from check.moments.edges
        else:
            yield from edges(check.children)


def _plain(operand: Operand, compare: operators.Comparison, cost: int) -> Atom:
    """A comparison with a known fact. What the request says counts only where the operand is about the request."""
    fact, several = operand.fact, operand.multiple
    from_request = operand.source == "request"

    def found(request: Request, world: World) -> tuple[Value, ...] | None:
        values = world.facts.get(fact)
        return request.context.get(fact) if values is None and from_request else values

    def compared(request: Request, world: World) -> Truth:
        values = world.facts.get(fact)
        if values is None and (not from_request or (values := request.context.get(fact)) is None):
            return None
        # A single-valued operand with no value or with two is contradicted by its source: nothing is known.
        return compare(values) if several or len(values) == 1 else None

    names = compare if isinstance(compare, operators.Membership) else None
    test = compared if names is None else _test_name(names, compared, fact, from_request)

    def since(request: Request, world: World) -> datetime | None:
        return request.at if from_request and fact not in world.facts else world.since.get(fact)

    return Atom(test=test, found=found, cost=cost, facts=(fact,), since=since, names=names)


def _test_name(membership: operators.Membership, general: Test, fact: str, from_request: bool) -> Test:
    """The commonest comparison, one name with a set of names, without a second call."""
    hits, known, wanted = membership.hits, membership.known, membership.wanted

    def test(request: Request, world: World) -> Truth:
        values = world.facts.get(fact)
        if values is None and (not from_request or (values := request.context.get(fact)) is None):
            return None
        if len(values) == 1 and type(value := values[0]) is Iri:
            if value.iri in hits:
                return wanted
            return not wanted if known is None or value.iri in known else None
        return general(request, world)

    return test


def _assume(test: Test, assume: bool) -> Test:
    def assumed(request: Request, world: World) -> Truth:
        verdict = test(request, world)
        return assume if verdict is None else verdict

    return assumed


def all_of(tests: tuple[Test, ...]) -> Test:
    """Kleene's and: False if one is False, else Unknown if one is Unknown."""
    if len(tests) == 2:
        return _both(*tests)

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


def _both(one: Test, other: Test) -> Test:
    """Kleene's and of two, a period or a pair of bounds: without a loop, for it may stand in a list of hundreds."""

    def test(request: Request, world: World) -> Truth:
        first = one(request, world)
        if first is False:
            return False
        second = other(request, world)
        return second if first is True else (False if second is False else None)

    return test


def _any_of(tests: tuple[Test, ...]) -> Test:
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


def _one_of(tests: tuple[Test, ...]) -> Test:
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


_LOGICAL: dict[str, Callable[[tuple[Test, ...]], Test]] = {"and": all_of, "or": _any_of, "xone": _one_of}


def _sequence(children: tuple[Check, ...]) -> Test:
    conjunction = all_of(tuple(child.test for child in children))

    def test(request: Request, world: World) -> Truth:
        verdict = conjunction(request, world)
        if verdict is not True:
            return verdict
        times = [child.since(request, world) if child.since else None for child in children]
        known = [moment for moment in times if moment is not None]
        if any(earlier > later for earlier, later in pairwise(known)):
            return False
        return True if len(known) == len(times) else None

    return test
