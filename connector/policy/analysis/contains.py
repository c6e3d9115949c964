"""The test whether an offer contains everything that a request asks for: R within O, and no duty of O lost.

The counter of one policy is compared with that of the other, so several permissions with counters of their own are
Unknown. CONTAINED is shown by the cells alone, NOT_CONTAINED by an example or by a duty that is missing. Pure: standard
library and msgspec only.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from connector.policy.analysis.duties import count_steps, is_fulfilled
from connector.policy.analysis.findings import Containment, ContainmentResult, Example, Finding
from connector.policy.analysis.proving.evaluate import drop_performed, grant_example, is_later_use, to_first_use
from connector.policy.analysis.proving.examples import build_example
from connector.policy.analysis.space.cells import (
    Cell,
    GaveUp,
    StepBudget,
    find_apart,
    list_leftovers,
    spend_on_pairs,
    to_operands,
)
from connector.policy.analysis.space.dnf import strip_uids
from connector.policy.analysis.space.shape import Grant, drop_blocked, find_overlaps, join_tops, read_pair
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule
from connector.policy.model.policy import Duty, Policy
from connector.policy.model.situation import Truth

_MOST_EXAMPLES = 8


def contains(offer: Compiled, request: Compiled, budget: StepBudget | None = None) -> ContainmentResult:
    """Compare a request with an offer: contained, not contained, or unknown.

    Parameters:
        offer: compiled; what it grants once agreed.
        request: compiled with the same registry; an operand that it leaves out is unrestricted.
        budget: how many steps are left for it and what follows; as many as for any question if left out.

    Returns:
        CONTAINED if, whatever happens, the request grants nothing that the offer does not, and asks for every duty,
        remedy and obligation of the offer. Nothing is raised.

    >>> contains(compiled("odrl:count lteq 5"), compiled("odrl:count lteq 3")).verdict
    <Containment.CONTAINED: 'contained'>
    >>> contains(compiled("odrl:count lteq 3"), compiled("odrl:count lteq 5")).verdict
    <Containment.NOT_CONTAINED: 'not-contained'>
    """
    try:
        return _Question(offer, request, budget or StepBudget()).answer()
    except GaveUp as reason:
        return ContainmentResult(Containment.UNKNOWN, (Finding(reason.code),))


class _Question:
    """One comparison of two policies, with what was read for it."""

    def __init__(self, offer: Compiled, request: Compiled, budget: StepBudget) -> None:
        self.offer = offer
        self.request = request
        self.budget = budget
        self.doubts: list[Finding] = []

    def answer(self) -> ContainmentResult:
        offer, request = self.offer, self.request
        if request.void is not None:
            return ContainmentResult(Containment.CONTAINED, (Finding("nothing-granted", other=request.void.code),))
        if offer.duty_mode is not request.duty_mode:
            raise GaveUp("different-duty-modes")
        if offer.void is None and offer.registry is request.registry and has_same_rules(offer, request):
            return ContainmentResult(Containment.CONTAINED)
        self.wanted, self.given = read_pair(request, offer, self.budget)
        self.tops = join_tops(self.wanted, self.given)
        missing = self._lost_duties()
        for grant in self.wanted.grants:
            for cell in drop_blocked(grant.cells, self.wanted, self.budget):
                found = self._beyond(grant, cell)
                if found is not None:
                    return found
        if self.doubts:
            return ContainmentResult(Containment.UNKNOWN, tuple(dict.fromkeys(self.doubts)))
        if missing:
            return self._without_duties(missing)
        return ContainmentResult(Containment.CONTAINED)

    def _beyond(self, grant: Grant, cell: Cell) -> ContainmentResult | None:
        """Look for what the request grants here and the offer does not; doubts are noted."""
        for rule, spared in zip(self.given.blocking, self.given.spared, strict=True):
            reason = Finding("prohibited", grant.rule.uid, rule.uid)
            found = self._prove(list_leftovers(cell, spared, self.tops, self.budget), reason)
            if found is not None:
                return found
        reason = Finding("beyond-offer", grant.rule.uid)
        covers = [other for entry in self.given.grants for other in entry.active]
        found = self._prove(list_leftovers(cell, covers, self.tops, self.budget), reason)
        if found is not None or self.doubts:
            return found
        if self.given.stateful and self.wanted.counters > 1:
            self.doubts.append(Finding("several-counters", grant.rule.uid))
        if self.given.stateful and self.given.counters > 1 and not self.given.upper:
            self.doubts.append(Finding("several-counters", grant.rule.uid))
        return self._effects(grant, cell) or self._duties(grant, cell)

    def _prove(self, pieces: Iterator[Cell], reason: Finding) -> ContainmentResult | None:
        """Find an example among pieces that seem to be granted by the request alone; else note the doubt."""
        for count, piece in enumerate(pieces):
            reason = replace(reason, operands=reason.operands or self._operands(piece))
            example = build_example(piece, self.request.registry, (self.request, self.offer), self.budget)
            if example is not None and self._is_granted(example) and grant_example(self.offer, example) is None:
                return ContainmentResult(Containment.NOT_CONTAINED, (reason,), example)
            if count == 0:
                self.doubts.append(Finding("no-example", reason.rule, reason.other, reason.operands))
            if count >= _MOST_EXAMPLES:
                break
        return None

    def _is_granted(self, example: Example) -> bool:
        """Return whether the request grants the example, and if it is a later use, also all uses before it."""
        if grant_example(self.request, example) is None:
            return False
        if not is_later_use(example):
            return True
        upper = self.wanted.upper and self.given.upper
        return upper and grant_example(self.request, to_first_use(example)) is not None

    def _operands(self, piece: Cell) -> tuple[str, ...]:
        """The operands on which a piece lies outside the permission of the offer that comes closest."""
        for grant in self.given.grants:
            spend_on_pairs((piece,), grant.active[:_MOST_EXAMPLES], self.budget)
        found = [find_apart(piece, cell) for grant in self.given.grants for cell in grant.active[:_MOST_EXAMPLES]]
        nearest = sorted((keys for keys in found if keys), key=lambda keys: len(keys))
        return to_operands(nearest[0]) if nearest else ()

    def _effects(self, grant: Grant, cell: Cell) -> ContainmentResult | None:
        """Row filters and transforms of every permission of the offer that would be active here as well."""
        kept = (*grant.rule.duties, *self.request.obligations)
        for other in self.given.grants:
            transforms = [duty for duty in other.rule.duties if duty.transform]
            if not other.rule.rows and not transforms:
                continue
            for piece in find_overlaps([cell], other.active, self.budget):
                if any(is_fulfilled(duty, kept) is not True for duty in transforms):
                    self.doubts.append(Finding("duty-differs", grant.rule.uid, other.rule.uid))
                records = list_leftovers(piece, other.cells, self.tops, self.budget) if other.rule.rows else iter(())
                found = self._prove(records, Finding("records-beyond-offer", grant.rule.uid, other.rule.uid))
                if found is not None:
                    return found
        return None

    def _duties(self, grant: Grant, cell: Cell) -> ContainmentResult | None:
        """Return whether permissions whose duties the request keeps cover the cell."""
        covers: list[Cell] = []
        lost: list[Finding] = []
        unkept: set[str] = set()
        for other in self.given.grants:
            found = self._check_kept(grant.rule, other.rule)
            if found is None:
                covers += other.active
            else:
                lost.append(found)
                unkept.update(duty.duty.uid for duty in other.rule.duties)
        if not lost:
            return None
        for count, piece in enumerate(list_leftovers(cell, covers, self.tops, self.budget)):
            if count == 0:
                self.doubts += lost
            if count >= _MOST_EXAMPLES or any(reason.code == "duty-differs" for reason in lost):
                return None
            example = build_example(piece, self.request.registry, (self.request, self.offer), self.budget)
            if example is None or not self._is_granted(example):
                continue
            if grant_example(self.offer, drop_performed(example, unkept)) is None:
                return ContainmentResult(Containment.NOT_CONTAINED, tuple(lost), example)
        return None

    def _check_kept(self, mine: CompiledRule, theirs: CompiledRule) -> Finding | None:
        for duty in theirs.duties:
            given = (*mine.duties, *self.request.obligations) if duty.transform else mine.duties
            self.budget.spend(count_steps(duty, given))
            if (finding := _find_lost(duty, given, mine.uid)) is not None:
                return finding
        return None

    def _lost_duties(self) -> list[Finding]:
        """Obligations and remedies of the offer that the request does not keep."""
        found: list[Finding] = []
        if not self.wanted.grants:
            return found
        for duty in self.offer.obligations:
            self.budget.spend(count_steps(duty, self.request.obligations))
            finding = _find_lost(duty, self.request.obligations, "")
            if finding is not None and duty.transform:
                # A transform may as well come with every permission.
                lost = [_find_lost(duty, grant.rule.duties, grant.rule.uid) for grant in self.wanted.grants]
                finding = next((entry for entry in lost if entry is not None), None)
            if finding is not None:
                found.append(finding)
        found += [
            Finding("remedy-missing", rule.uid)
            for rule in self.offer.prohibitions
            if rule.duties and not any(_is_as_strict(other, rule) for other in self.request.prohibitions)
        ]
        return found

    def _without_duties(self, missing: list[Finding]) -> ContainmentResult:
        """Duties are missing: NOT_CONTAINED if the request grants anything at all."""
        certain = [finding for finding in missing if finding.code in {"duty-missing", "duty-weaker"}]
        if not certain:
            return ContainmentResult(Containment.UNKNOWN, tuple(missing))
        for grant in self.wanted.grants:
            for cell in drop_blocked(grant.cells, self.wanted, self.budget)[:_MOST_EXAMPLES]:
                example = build_example(cell, self.request.registry, (self.request, self.offer), self.budget)
                if example is not None and grant_example(self.request, example) is not None:
                    return ContainmentResult(Containment.NOT_CONTAINED, tuple(certain), example)
        return ContainmentResult(Containment.UNKNOWN, (*missing, Finding("no-example")))


def _find_lost(wanted: CompiledDuty, given: Sequence[CompiledDuty], rule: str) -> Finding | None:
    verdict: Truth = is_fulfilled(wanted, given)
    if verdict is True:
        return None
    action = wanted.duty.action[0].iri
    if verdict is None:
        return Finding("duty-differs", rule, action)
    named = any(duty.duty.action[0].iri == action for duty in given)
    return Finding("duty-weaker" if named else "duty-missing", rule, action)


def _is_as_strict(mine: CompiledRule, theirs: CompiledRule) -> bool:
    """Return whether a prohibition says the same as another and asks for its remedies."""
    same = _to_words(mine) == _to_words(theirs)
    return same and all(is_fulfilled(remedy, mine.duties) is True for remedy in theirs.duties)


def _to_words(rule: CompiledRule) -> tuple[object, ...]:
    asked = [check.constraint for check in (*rule.refinements, *rule.constraints)] + list(rule.rows)
    action = rule.rule.action[0].iri if rule.rule.action else ""
    return action, rule.target, rule.assignee, frozenset(strip_uids(constraint) for constraint in asked)


def has_same_rules(one: Compiled, other: Compiled) -> bool:
    """Return whether two policies state the same rules, whatever the uids of their rules and duties are.

    >>> has_same_rules(compiled("odrl:count lteq 5"), compiled("odrl:count lteq 5"))
    True
    """
    if one.conflict != other.conflict or one.duty_mode is not other.duty_mode:
        return False
    mine, theirs = one.policy, other.policy
    if len(mine.permission) != len(theirs.permission) or len(mine.prohibition) != len(theirs.prohibition):
        return False
    return _number_rules(mine) == _number_rules(theirs)


def _number_rules(policy: Policy) -> tuple[object, ...]:
    """The rules with numbers for names; rules and duties that share a name still do."""
    names: dict[str, str] = {}

    def number(uid: str) -> str:
        return names.setdefault(uid, str(len(names)))

    def duty(entry: Duty) -> Duty:
        return replace(entry, uid=number(entry.uid), consequence=tuple(duty(after) for after in entry.consequence))

    return (
        [replace(rule, uid=number(rule.uid), duty=tuple(map(duty, rule.duty))) for rule in policy.permission],
        [replace(rule, uid=number(rule.uid), remedy=tuple(map(duty, rule.remedy))) for rule in policy.prohibition],
        [duty(rule) for rule in policy.obligation],
    )
