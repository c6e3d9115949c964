"""A request for an agreement, prepared: what would be asked, of whom, and how it differs from what is offered."""

from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.judging import acceptance
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.library import evaluate
from connector.controlplane.judging.policy_input import encode_wire
from connector.controlplane.usecases import catalog
from connector.controlplane.usecases.asking import choosing, purposes, wording
from connector.controlplane.usecases.counterparties import Counterparties
from connector.policy.model.errors import PolicyError
from connector.policy.reading.frame import Frame
from connector.protocol.dcat import read_title


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What our people want: one of the offers of a dataset (None: the first that can be agreed), on which terms.

    `policy` is asked for in place of the offered terms. `purpose` is stated as a constraint of every permission: a term
    of the vocabulary or an IRI that the terms allow; with `beyond`, also one that they exclude. `until` is when the
    use ends. `looks` reads the offer also if it and the terms are named, so that both can be compared.
    """

    offer_id: str | None = None
    policy: dict[str, Any] | None = None
    purpose: str | None = None
    beyond: bool = False
    until: datetime | None = None
    looks: bool = False


class PreparedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that can be sent: the provider with the address for negotiations, and the Offer that is asked for.

    `offered` is the Offer as the provider made it, framed like the request; empty if its catalogue was not read.
    `title` are the titles of the dataset by language, if they are known.
    """

    participant: str
    address: str
    offer: bytes
    offered: bytes = b""
    title: dict[str, str] = {}


async def prepare(
    evaluator: Evaluator, counterparties: Counterparties, participant_id: str, dataset_id: str, wish: Wish
) -> PreparedRequest:
    """Return the request for an agreement on a dataset, before anything is asked.

    Terms that this connector would not agree to as a provider are refused. With the identifier of an offer and a
    policy, the catalogue of the provider is not read. Raises NoSuchEntity, NotAllowed, Invalid, PeerFailed.
    """
    known = catalog.provider(counterparties.directory, participant_id)
    purpose = purposes.read_purpose(evaluator.library.operands, wish.purpose) if wish.purpose is not None else None
    frame = Frame(target=dataset_id, assigner=participant_id, assignee=evaluator.context.participant)
    terms = _encode_asked(evaluator, wish.policy, frame) if wish.policy is not None else None
    offer_id, address, title, offered = wish.offer_id, known.address or "", dict[str, str](), b""
    if offer_id is None or terms is None or wish.looks:
        dataset = await catalog.fetch_dataset(counterparties, participant_id, dataset_id)
        choose = partial(choosing.choose_offer, evaluator, dataset, frame, offer_id, other_terms=terms is not None)
        chosen = await evaluate(choose, msgspec.json.encode(dataset))
        offer_id = str(chosen.get("@id"))
        offered = _frame_offer(msgspec.json.encode(chosen), offer_id, frame)
        terms = terms or msgspec.json.encode(chosen)
        address = await catalog.find_address(counterparties, known, dataset)
        title = read_title(dataset)
    if purpose is not None or wish.until is not None:
        stated = _state_wish(msgspec.json.decode(terms), purpose, wish)
        terms = _encode_asked(evaluator, stated, Frame(assignee=evaluator.context.participant))
    offer = _frame_offer(terms, offer_id, frame)
    await check_acceptable(evaluator, offer)
    if purpose is not None:
        await evaluate(partial(purposes.check_purpose, evaluator, offer, dataset_id, purpose), offer)
    return PreparedRequest(participant=participant_id, address=address, offer=offer, offered=offered, title=title)


async def check_acceptable(evaluator: Evaluator, terms: bytes) -> None:
    """Check terms of another before they are asked for or accepted. Raises Invalid."""
    unfit = await evaluate(partial(acceptance.find_unacceptable, evaluator.library, terms), terms)
    if unfit is not None:
        raise choosing.refuse_terms(unfit.texts)


def _state_wish(terms: dict[str, Any], purpose: str | None, wish: Wish) -> dict[str, Any]:
    if purpose is not None:
        terms = wording.state_purpose(terms, purpose, instead=wish.beyond)
    return terms if wish.until is None else wording.state_end(terms, wish.until)


def _encode_asked(evaluator: Evaluator, policy: dict[str, Any], frame: Frame) -> bytes:
    """Return a policy of our own people as it is asked for. Raises Invalid."""
    try:
        return encode_wire(policy, evaluator.library.operands, frame)
    except PolicyError as error:
        raise choosing.refuse_terms(acceptance.to_unreadable(error).texts) from None


def _frame_offer(terms: bytes, offer_id: str, frame: Frame) -> bytes:
    return documents.make_message_offer(
        terms,
        offer_id=offer_id,
        target=frame.target,
        assigner=frame.assigner,
        assignee=frame.assignee,
    )
