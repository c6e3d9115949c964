"""Build checks from the constraints of the normal form.

ODRL Information Model 2.2, section 2.5.

A check is a closure with a three-valued verdict. Checks that depend on the time alone are folded to one set of
instants. `andSequence` is `and`: only the present is known, and what holds now holds one after the other as well.

Pure: standard library and msgspec only.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from connector.policy.comparing import moments
from connector.policy.comparing.atom import Flip, OperandReader, Test, make_timely
from connector.policy.comparing.choices import Guard, choose_by_name
from connector.policy.comparing.kleene import FOLDS
from connector.policy.comparing.moments import Moments
from connector.policy.compiling.atoms import build_atom
from connector.policy.model.decision import Counter, Reason
from connector.policy.model.literals import to_lexical
from connector.policy.model.policy import AtomicConstraint, Constraint
from connector.policy.model.situation import Request, Truth, World
from connector.policy.reading.document import refuse
from connector.policy.vocabulary.registry import Registry


class Check(msgspec.Struct, frozen=True):
    """A compiled constraint.

    Parameters:
        path: its place in the normal form.
        constraint: what it was made of.
        test: its verdict.
        cost: cheap ones are asked first.
        found: values of the left operand, for an atomic constraint.
        children: checks of a logical constraint, in the order of the document.
        moments: the instants at which it holds, if it depends on the time alone.
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
        fold = "and" if kind == "andSequence" else kind
        if len(sets) == len(children):
            folded = moments.combine(fold, sets)
            return Check(path, constraint, make_timely(folded), 1, children=children, moments=folded)
        ordered = sorted(children, key=lambda child: child.cost)
        tests = tuple(child.test for child in ordered)
        test = FOLDS[fold](tests)
        guard = None
        if fold == "and":
            guard = next((child.guard for child in ordered if child.guard is not None), None)
        else:
            test = choose_by_name([child.guard for child in ordered], tests, FOLDS[fold], test)
        cost = sum(child.cost for child in children) + 1
        return Check(path, constraint, test, cost, children=children, guard=guard)

    def _atomic(self, constraint: AtomicConstraint, path: str, monotone: bool, alone: bool) -> Check:
        operand = self.registry.operands[constraint.left]
        atom = build_atom(operand, constraint, self.registry, self.rule)
        self.facts.update(atom.facts)
        if atom.flip is not None:
            self.flips.append(atom.flip)
        if atom.counter is not None:
            self._count(atom.counter, by_limit=alone and self.bounded)
        test = atom.test
        if operand.tier != "provider":
            if not monotone:
                sentence = f"Only the contract enforces {operand.iri}: write it outside of xone."
                refuse("contractual-in-xone", path, sentence)
            self.contractual.append(path)
            test = _assume(test, self.assume)
        right = constraint.right
        wanted = (
            to_lexical(right[0])[0] if len(right) == 1 else ", ".join([to_lexical(value)[0] for value in right[:10]])
        )
        expected = f"{constraint.operator} {wanted}"
        unknown = Reason("constraint-unknown", self.rule, path, constraint.left, expected)
        guard = (operand.iri, atom.found, atom.names) if atom.names is not None and atom.names.wanted else None
        return Check(path, constraint, test, atom.cost, atom.found, (), atom.moments, unknown, guard)

    def _count(self, counter: Counter, *, by_limit: bool) -> None:
        if not by_limit:
            counter = Counter(counter.fact, counter.step, None, exact=True)
        held = self.counters.get(counter.fact)
        if held is not None:
            limits = [entry.limit for entry in (held, counter) if entry.limit is not None]
            counter = Counter(held.fact, held.step, min(limits, default=None), held.exact or counter.exact)
        self.counters[counter.fact] = counter


def list_edges(checks: Sequence[Check]) -> Iterator[datetime]:
    """Yield the instants at which a check changes by time alone.

    >>> before = normal("odrl:dateTime lt 2027-01-01T00:00:00Z")
    >>> checks = Builder(registry, "urn:rule", assume=True).checks([before], "")
    >>> [edge.year for edge in list_edges(checks)]
    [2027]
    """
    for check in checks:
        if check.moments is not None:
            yield from check.moments.edges
        else:
            yield from list_edges(check.children)


def _assume(test: Test, assume: bool) -> Test:
    def assumed(request: Request, world: World) -> Truth:
        verdict = test(request, world)
        return assume if verdict is None else verdict

    return assumed
