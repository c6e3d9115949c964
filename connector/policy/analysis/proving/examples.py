"""Build an example from a cell: a situation about which the evaluator itself is asked.

A finding that something exists is only reported with an example. Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from connector.policy.analysis.findings import Example
from connector.policy.analysis.proving.draft import OTHER, ExampleDraft, place_region
from connector.policy.analysis.proving.instants import LONG, find_instant, find_wait
from connector.policy.analysis.space.cells import Cell, StepBudget, measure_cell
from connector.policy.analysis.space.regions import is_valueless
from connector.policy.compiling.compiled import Compiled, walk_duties
from connector.policy.model.policy import ODRL
from connector.policy.model.situation import Performance, Request, World
from connector.policy.model.values import Number
from connector.policy.vocabulary.registry import Registry

_EARLY = timedelta(days=20 * 365)


def build_example(cell: Cell, registry: Registry, policies: Sequence[Compiled], budget: StepBudget) -> Example | None:
    """Build a situation inside a cell.

    Parameters:
        cell: of the policies below.
        policies: whose duties are all performed and whose counters are set.
        budget: how many steps it may take, with asking each policy about the example once.

    Returns:
        The situation; None if none is found that could really happen. Nothing is proven before it was asked.

    Raises:
        GaveUp: there are too few steps.

    >>> cell = {normal("dk:role eq urn:a").left: NameSet(frozenset({"urn:a"}))}
    >>> build_example(cell, registry, [], StepBudget()).world.facts
    {'role': (Iri(iri='urn:a'),)}
    """
    budget.spend(measure_cell(cell) + sum(map(_measure, policies)))
    draft = ExampleDraft(registry)
    for key, region in cell.items():
        if not place_region(draft, key, region):
            return None
    at = find_instant(draft, budget)
    if at is None:
        return None
    agreed = None
    if draft.elapsed is not None and not is_valueless(draft.elapsed):
        waited = find_wait(draft.elapsed)
        if waited is None or waited > LONG:
            return None
        agreed = at - timedelta(microseconds=waited)
    request = _request(draft, at)
    return None if request is None else Example(request, _world(draft, at, agreed, policies))


def _request(draft: ExampleDraft, at: datetime) -> Request | None:
    action = ODRL + "use"
    if draft.action is not None and not draft.action.holds(action):
        if draft.action.outside:
            candidates = [iri for iri in draft.registry.covers if draft.action.holds(iri)]
        else:
            candidates = [iri for iri in draft.action.members if iri in draft.registry.covers]
        if not candidates:
            return None
        action = min(candidates)
    parties = {}
    for name, uids in draft.belongs.items():
        if len(set(uids)) > 1:
            # Nobody here knows whether one asset or party belongs to two collections.
            return None
        parties[name] = uids[0] if uids else OTHER
    return Request(action, parties["target"], parties["assignee"], at)


def _world(draft: ExampleDraft, at: datetime, agreed: datetime | None, policies: Iterable[Compiled]) -> World:
    # Early, so that no deadline was missed.
    before = Performance(fulfilled_at=at - _EARLY)
    performed: dict[str, Performance] = {}
    facts = dict(draft.facts)
    for policy in policies:
        performed |= {duty.duty.uid: before for duty in walk_duties(policy) if duty.role == "duty"}
        for rule in policy.permissions:
            for counter in rule.counters:
                name = counter.fact.split(":", 1)[0]
                facts[counter.fact] = (Number(Decimal(draft.counters.get(name, 0))),)
        for rule in policy.prohibitions:
            for counter in rule.counters:
                facts[counter.fact] = (Number(Decimal(0)),)
    return World(
        facts=facts,
        performed=performed,
        agreed_at=agreed,
        transforms=frozenset(draft.registry.transforms.values()),
        row_filters=True,
    )


def _measure(policy: Compiled) -> int:
    """Return the cost of asking a policy once."""
    rules = (*policy.permissions, *policy.prohibitions)
    return len(policy.obligations) + sum(1 + len(rule.duties) + rule.leaves for rule in rules)
