"""The choice of an offer of a dataset: the one that is named, or the first one that this participant can agree to.

An offer that cannot be read, or that is for another party, hides none of the others.
"""

from typing import Any

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.judging import acceptance
from connector.controlplane.judging.acceptance import Texts
from connector.controlplane.judging.evaluator import Evaluator
from connector.language.catalogue import say, say_in_all, write_in_all
from connector.policy.model.errors import PolicyError
from connector.policy.reading.frame import Frame, list_others
from connector.policy.reading.load import load
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.policy import MessageOffer, policy_view

MOST_TRIED = 20
"""The most offers of a dataset that are tried; a provider can list many."""


def choose_offer(
    evaluator: Evaluator, dataset: dict[str, Any], frame: Frame, offer_id: str | None, *, other_terms: bool = False
) -> dict[str, Any]:
    """Return the offer with an identifier, else the first that can be agreed, of a Dataset as a peer returned it.

    `frame` is what the request will say around it; with `other_terms`, the terms of the offer do not matter.
    Raises NoSuchEntity without such an offer, and Invalid with the reason if none can be agreed.
    """
    offers = documents.list_offers(dataset)
    found = offers[:MOST_TRIED] if offer_id is None else documents.find_offers(offers, offer_id)[:1]
    if not found:
        reason = f"Unknown offer of the dataset {frame.target}: read the catalogue and name a current offer."
        raise NoSuchEntity("no-offer", reason)
    faults: list[Texts] = []
    for offer in found:
        fault = None if other_terms else _find_fault(evaluator, offer, frame)
        if fault is None:
            return offer
        faults.append(fault)
    if len(faults) == 1:
        raise refuse_terms(faults[0])
    told = faults[:3]
    texts = write_in_all(
        lambda language: say(
            language,
            "processes.no-offer-acceptable",
            reasons=" ".join(dict.fromkeys(fault[language] for fault in told)),
        )
    )
    raise Invalid("not-acceptable", texts["en"], texts)


def refuse_terms(reasons: Texts) -> Invalid:
    """Return the refusal of terms of another, before they are asked for or accepted."""
    texts = write_in_all(lambda language: say(language, "processes.not-acceptable", reason=reasons[language]))
    return Invalid("not-acceptable", texts["en"], texts)


def _find_fault(evaluator: Evaluator, offer: dict[str, Any], frame: Frame) -> Texts | None:
    """Return why an offer cannot be agreed by this participant, or None."""
    stated = msgspec.json.encode(offer)
    asked = documents.make_message_offer(
        stated,
        offer_id=str(offer.get("@id")),
        target=frame.target,
        assigner=frame.assigner,
        assignee=frame.assignee,
    )
    try:
        policy_view(MessageOffer, asked)
    except RemoteProtocolError as error:
        return say_in_all("processes.unreadable", reason=error.reason)
    unfit = acceptance.find_unacceptable(evaluator.library, asked)
    if unfit is not None:
        return unfit.texts
    if b"assignee" not in stated:
        return None  # it is for everybody, which most offers are: no need to read it once more
    try:
        # The frame of the request would replace the assignee of the offer.
        others = list_others(load({**msgspec.json.decode(asked), "assignee": offer.get("assignee")}), frame)
    except PolicyError as error:
        return acceptance.to_unreadable(error).texts
    return say_in_all("processes.not-for-us", parties=", ".join(others)[:200]) if others else None
