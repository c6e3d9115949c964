"""The causes of a denial: the smallest sets of facts that would have to differ for a permit.

Each way is handed to the evaluator before it is shown as certain. Time does not run backwards: what is over for good is
no way. Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice, product

import msgspec

from connector.policy.analysis.proving.evaluate import to_agreement
from connector.policy.analysis.proving.examples import build_example
from connector.policy.analysis.space.amounts import EPOCH, to_microseconds
from connector.policy.analysis.space.cells import StepBudget
from connector.policy.analysis.space.constraint import read_dimension
from connector.policy.analysis.space.regions import Intervals, Region, find_least
from connector.policy.compiling.compiled import Compiled, CompiledRule
from connector.policy.deciding.decide import decide
from connector.policy.model.decision import AtomVerdict, Explanation, RuleVerdict, Verdict
from connector.policy.model.literals import add_duration, find_next
from connector.policy.model.policy import AtomicConstraint, Constraint
from connector.policy.model.situation import Performance, Phase, Request, Truth, World
from connector.policy.model.values import Duration, Instant, Number, Value

_MOST_WAYS = 64
_MOST_SHOWN = 5


class PermitStep(msgspec.Struct, frozen=True):
    """One thing that would have to be otherwise.

    Codes: `fact` (a constraint would have to be True or False), `wait` (until `to` has come), `action`, `target`,
    `assignee` (the request would have to name `to`), `duty` (the duty named by `atom` has to be performed first).

    Parameters:
        code: one of the above.
        rule: uid of the rule it is about.
        atom: path of the constraint, or uid of the duty.
        constraint: what was asked for, None for a duty or a name.
        wanted: what the constraint would have to be.
        found: the values seen now.
        to: values that would do, as far as one can be named.
    """

    code: str
    rule: str
    atom: str = ""
    constraint: Constraint | None = None
    wanted: bool = True
    found: tuple[Value, ...] = ()
    to: tuple[Value, ...] | str = ()


class PermitPath(msgspec.Struct, frozen=True):
    """Steps that together would have the request permitted; `proven` if the evaluator says so for the values named."""

    steps: tuple[PermitStep, ...]
    proven: bool


def find_ways(policy: Compiled, explanation: Explanation, request: Request, world: World) -> tuple[PermitPath, ...]:
    """Find changes of the facts or of the request that turn a denial at access into a permit.

    Parameters:
        policy, request, world: what was explained.
        explanation: of the denial.

    Returns:
        At most five ways, the shortest first, none that holds all of a shorter one; none if the request is permitted or
        nothing could help.

    >>> policy = compiled("dk:role eq urn:a")
    >>> ways = find_ways(policy, explain(policy, request, world, Phase.ACCESS), request, world)
    >>> ways[0].proven, ways[0].steps[0].code, ways[0].steps[0].to
    (True, 'fact', (Iri(iri='urn:a'),))
    """
    if explanation.decision.verdict is not Verdict.DENY or policy.void is not None:
        return ()
    verdicts = [entry for entry in explanation.rules if entry.kind == "permission"]
    blocking = [entry for entry in explanation.rules if entry.kind == "prohibition" and entry.applies is not False]
    lifted = _lift(blocking, request) if policy.conflict != "perm" else [()]
    found: dict[frozenset[PermitStep], None] = {}
    for index, entry in enumerate(verdicts):
        for steps in _permit(policy.permissions[index], entry, request):
            for lift in lifted:
                found[frozenset((*steps, *lift))] = None
    shortest = sorted((entry for entry in found if entry), key=lambda steps: (len(steps), _rank_steps(steps)))
    minimal: list[frozenset[PermitStep]] = []
    for candidate in shortest:
        if not any(shorter <= candidate for shorter in minimal):
            minimal.append(candidate)
    judged = [_judge(policy, candidate, request, world) for candidate in minimal[:_MOST_WAYS]]
    return tuple(way for way in judged if way is not None)[:_MOST_SHOWN]


def _rank_steps(steps: Iterable[PermitStep]) -> tuple[int, str]:
    """Among ways of one length: a missing fact or a duty first, another party or asset last."""
    order = {"fact": 0, "duty": 0, "wait": 1, "action": 2, "target": 3, "assignee": 3}
    return sum(order[step.code] for step in steps), "".join(sorted(step.atom for step in steps))


def _permit(rule: CompiledRule, verdict: RuleVerdict, request: Request) -> list[tuple[PermitStep, ...]]:
    """Ways to have one permission apply."""
    fixed: list[PermitStep] = []
    for code, matched, wanted in (
        ("action", verdict.action_matches, rule.rule.action[0].iri if rule.rule.action else ""),
        ("target", verdict.target_matches, rule.target or ""),
        ("assignee", verdict.assignee_matches, rule.assignee or ""),
    ):
        if not matched:
            fixed.append(PermitStep(code, rule.uid, to=wanted))
    for duty in rule.duties:
        task = next((entry for entry in verdict.duties if entry.uid == duty.duty.uid), None)
        if task is not None and task.state in {"active", "violated"}:
            fixed.append(PermitStep("duty", rule.uid, duty.duty.uid))
    parts = [_find_ways(entry, True, rule.uid, request) for entry in (*verdict.refinements, *verdict.constraints)]
    return [(*fixed, *_join_steps(choice)) for choice in islice(product(*parts), _MOST_WAYS)]


def _lift(blocking: Sequence[RuleVerdict], request: Request) -> list[tuple[PermitStep, ...]]:
    """Ways to have no prohibition apply: one constraint of each would have to be False."""
    parts = [
        [
            way
            for entry in (*verdict.refinements, *verdict.constraints)
            for way in _find_ways(entry, False, verdict.uid, request)
        ]
        for verdict in blocking
    ]
    return [_join_steps(choice) for choice in islice(product(*parts), _MOST_WAYS)]


def _join_steps(parts: Iterable[tuple[PermitStep, ...]]) -> tuple[PermitStep, ...]:
    return tuple(dict.fromkeys(step for part in parts for step in part))


def _find_ways(entry: AtomVerdict, wanted: bool, rule: str, request: Request) -> list[tuple[PermitStep, ...]]:
    """Ways to turn one constraint True or False; the empty way if it is."""
    if entry.verdict is wanted:
        return [()]
    constraint = entry.constraint
    if isinstance(constraint, AtomicConstraint):
        return [(PermitStep("fact", rule, entry.path, constraint, wanted, entry.found),)]
    children = entry.children
    every = wanted if constraint.operand in {"and", "andSequence"} else not wanted
    if constraint.operand == "xone":
        return _find_exact_ways(children, wanted, rule, request)
    if every:
        parts = [_find_ways(child, wanted, rule, request) for child in children]
        return [_join_steps(choice) for choice in islice(product(*parts), _MOST_WAYS)]
    return [way for child in children for way in _find_ways(child, wanted, rule, request)][:_MOST_WAYS]


def _find_exact_ways(
    children: Sequence[AtomVerdict], wanted: bool, rule: str, request: Request
) -> list[tuple[PermitStep, ...]]:
    """xone: one part True and the rest False; or to fail it, all False or two True."""
    targets: list[list[Truth]] = []
    if wanted:
        targets = [[index == chosen for index in range(len(children))] for chosen in range(len(children))]
    else:
        targets = [[False] * len(children)]
        targets += [
            [True if index in {one, other} else None for index in range(len(children))]
            for one in range(len(children))
            for other in range(one)
        ]
    found: list[tuple[PermitStep, ...]] = []
    for target in targets[:_MOST_WAYS]:
        parts = [
            _find_ways(child, goal, rule, request)
            for child, goal in zip(children, target, strict=True)
            if goal is not None
        ]
        found += [_join_steps(choice) for choice in islice(product(*parts), _MOST_WAYS)]
    return found[:_MOST_WAYS]


def _judge(policy: Compiled, steps: frozenset[PermitStep], request: Request, world: World) -> PermitPath | None:
    """Name values for the steps and ask the evaluator; None if it says that they would not do, or time is over."""
    draft = _ChangedSituation(policy, request, world)
    named = tuple(draft.take(step) for step in sorted(steps, key=lambda step: (step.rule, step.atom, step.code)))
    if draft.impossible:
        return None
    if draft.open:
        return PermitPath(named, proven=False)
    decision = decide(to_agreement(policy), draft.request, draft.world, Phase.ACCESS)
    return PermitPath(named, proven=True) if decision.verdict is Verdict.PERMIT else None


class _ChangedSituation:
    """The situation as it would be after some steps."""

    def __init__(self, policy: Compiled, request: Request, world: World) -> None:
        self.policy = policy
        self.request = request
        self.start = request.at
        self.world = world
        self.open = False
        self.impossible = False

    def take(self, step: PermitStep) -> PermitStep:
        match step.code:
            case "action" | "target" | "assignee":
                assert isinstance(step.to, str)
                self.request = msgspec.structs.replace(self.request, **{step.code: step.to})
                return step
            case "duty":
                done = Performance(fulfilled_at=self.request.at - timedelta(microseconds=1))
                self.world = msgspec.structs.replace(self.world, performed={**self.world.performed, step.atom: done})
                return step
            case _:
                return self._fact(step)

    def _fact(self, step: PermitStep) -> PermitStep:
        assert isinstance(step.constraint, AtomicConstraint)
        operand = self.policy.registry.operands[step.constraint.left]
        found = read_dimension(step.constraint, self.policy.registry)
        regions = () if found is None else found.true if step.wanted else found.false
        if found is not None and not regions:
            self.impossible = True
        if operand.code == "date_time":
            return self._wait(step, _find_next(self.request.at, regions))
        if operand.code == "elapsed_time" and self.world.agreed_at is not None:
            return self._wait(step, _find_span_end(step, self.world.agreed_at))
        if operand.stateful and step.found:
            self.impossible |= not _is_ahead(step.found[0], regions)
        if operand.code or operand.sort == "instant" or found is None or not regions:
            self.open = True
            return step
        example = build_example({found.key: regions[0]}, self.policy.registry, (), StepBudget())
        values = example.world.facts.get(operand.fact) if example is not None else None
        if values is None:
            self.open = True
            return step
        if operand.multiple and step.wanted:
            values = tuple(dict.fromkeys((*step.found, *values)))
        if operand.fact in self.world.facts and self.world.facts[operand.fact] != step.found:
            # Another step has already named a value for this fact.
            self.open = True
            return step
        self.world = msgspec.structs.replace(self.world, facts={**self.world.facts, operand.fact: values})
        return msgspec.structs.replace(step, to=values)

    def _wait(self, step: PermitStep, until: datetime | None) -> PermitStep:
        """Move the request to a later time; there is no way back to an earlier one."""
        if until is None or until <= self.start:
            self.impossible = True
            return step
        self.request = msgspec.structs.replace(self.request, at=max(until, self.request.at))
        return msgspec.structs.replace(step, code="wait", to=(Instant(until),))


def _find_next(at: datetime, regions: Sequence[Region]) -> datetime | None:
    """The next instant of a region of instants."""
    now = to_microseconds(at)
    for region in regions:
        found = find_least(region, now) if isinstance(region, Intervals) else None
        if found is not None:
            return find_next(EPOCH, timedelta(microseconds=int(found)))
    return None


def _find_span_end(step: PermitStep, agreed_at: datetime) -> datetime | None:
    """The first instant after the time since the agreement; None if only an earlier one would do."""
    constraint = step.constraint
    if not isinstance(constraint, AtomicConstraint) or not isinstance(constraint.right[0], Duration):
        return None
    if (constraint.operator in {"lt", "lteq"}) is step.wanted:
        return None
    end = add_duration(agreed_at, constraint.right[0])
    return find_next(end) if end is not None and constraint.operator in {"lteq", "gt"} else end


def _is_ahead(found: Value, regions: Sequence[Region]) -> bool:
    """Return whether a counter, which only grows, can still come to a region."""
    if not isinstance(found, Number):
        return True
    return any(isinstance(region, Intervals) and find_least(region, found.amount) is not None for region in regions)
