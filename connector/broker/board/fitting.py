"""How well an entry fits a need: a score, and each condition of the need in words. Pure.

The words weigh most: data about something else is no match, whatever its terms. A condition that the data does not
speak about counts half: providers leave much unsaid.
"""

from collections.abc import Sequence

import msgspec

from connector.broker.labels import FREQUENCIES, label_value
from connector.language.catalogue import say, write_in_all
from connector.ports.board import Need
from connector.ports.broker_store import Box, Entry, Statements
from connector.ports.search_index import Facet
from connector.views.needs import BudgetKind, FitReasonView, NeedMatchView

LEAST_SHARE = 1 / 3
"""The share of the topics of a need that data has at least to match it."""

_OF_WORDS = 0.6
# Update cycles that no order compares with others.
_UNORDERED = {"IRREG", "UNKNOWN"}


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """How an entry fits a need: a score from 0 to 1, the topics that it has, and whether it meets each condition."""

    score: float
    words: tuple[str, ...]
    conditions: tuple[tuple[str, bool | None], ...]

    @property
    def fits(self) -> bool:
        """Return whether no condition is unmet."""
        return all(met is not False for _, met in self.conditions)


def judge(need: Need, entry: Entry, topics: Sequence[str], found: Sequence[str]) -> Fit | None:
    """Return how an entry that has the topics `found` fits a need, or None if it has too few of `topics`."""
    if len(found) < (2 if len(topics) > 2 else 1) or len(found) < LEAST_SHARE * len(topics):
        return None
    conditions = tuple(_list_conditions(need, entry.statements))
    worth = [1.0 if met else 0.5 if met is None else 0.0 for _, met in conditions]
    met = sum(worth) / len(worth) if worth else 1.0
    score = _OF_WORDS * len(found) / len(topics) + (1 - _OF_WORDS) * met
    return Fit(score=round(score, 3), words=tuple(found), conditions=conditions)


def _list_conditions(need: Need, stated: Statements) -> list[tuple[str, bool | None]]:
    found: list[tuple[str, bool | None]] = []
    if need.purpose:
        found.append(("purpose", need.purpose in stated.purposes if stated.purposes else None))
    if need.place or need.box:
        found.append(("area", _is_about(need, stated)))
    if need.since is not None or need.until is not None:
        found.append(("time", _covers(need, stated)))
    if need.frequency:
        found.append(("frequency", _is_frequent(need.frequency, stated.frequency)))
    if need.budget is not BudgetKind.OPEN:
        found.append(("budget", _is_paid_for(need.budget, stated.prices)))
    return found


def _is_about(need: Need, stated: Statements) -> bool | None:
    """Return whether data is about the area of a need: by its box, or by the name or IRI of its place."""
    if need.place and need.place.casefold() in {place.casefold() for place in stated.places}:
        return True
    box = need.box
    if box and stated.boxes:
        return any(overlap(box, other) for other in stated.boxes)
    return None if box or not stated.places else False


def overlap(one: Box, other: Box) -> bool:
    """Return whether two boxes have a point in common.

    >>> overlap((0, 0, 2, 2), (2, 2, 3, 3)), overlap((0, 0, 1, 1), (2, 0, 3, 1))
    (True, False)
    """
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]


def _covers(need: Need, stated: Statements) -> bool | None:
    if stated.begins is None and stated.ends is None:
        return None
    too_early = stated.ends is not None and need.since is not None and stated.ends < need.since
    too_late = stated.begins is not None and need.until is not None and stated.begins > need.until
    return not (too_early or too_late)


def _is_frequent(needed: str, stated: str | None) -> bool | None:
    if stated == needed:
        return True
    if stated is None or {needed, stated} & _UNORDERED or stated not in FREQUENCIES or needed not in FREQUENCIES:
        return None
    return FREQUENCIES.index(stated) <= FREQUENCIES.index(needed)


def _is_paid_for(budget: BudgetKind, prices: Sequence[str]) -> bool | None:
    if "free" in prices:
        return True
    return None if budget is BudgetKind.AMOUNT or not prices else False


def view_match(need: Need, entry: Entry, fit: Fit) -> NeedMatchView:
    """Return the view of an entry that matches a need, with the reasons in words."""
    return NeedMatchView(
        participant=entry.participant,
        dataset=entry.id,
        title=entry.titles,
        publisher=entry.publisher,
        score=fit.score,
        fits=fit.fits,
        words=fit.words,
        reasons=tuple(
            FitReasonView(condition=name, met=met, text=_say(need, name, met)) for name, met in fit.conditions
        ),
    )


def _say(need: Need, condition: str, met: bool | None) -> dict[str, str]:
    said = "unsaid" if met is None else "met" if met else "unmet"
    values = {
        "purpose": label_value(Facet.PURPOSE, need.purpose or ""),
        "frequency": label_value(Facet.FREQUENCY, need.frequency or ""),
    }
    return write_in_all(
        lambda language: say(language, f"needs.{condition}-{said}", value=values.get(condition, {}).get(language, ""))
    )
