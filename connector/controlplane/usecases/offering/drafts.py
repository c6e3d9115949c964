"""Checks drafts of assets: texts, data address, policies, statements about the data."""

from urllib.parse import quote

import msgspec

from connector.controlplane.core import documents, instants
from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging import acceptance
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.policy_input import encode_own, encode_policy
from connector.controlplane.judging.treating import known_data
from connector.controlplane.usecases.offering import asset_records, describing, looking
from connector.controlplane.usecases.offering.describing import WORDS
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.policy.analysis.contains import contains
from connector.policy.analysis.findings import Containment
from connector.policy.analysis.lint import GDPR
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.literals import parse_number
from connector.policy.model.policy import DK
from connector.policy.model.values import Iri, Text
from connector.policy.reading.frame import Frame
from connector.policy.vocabulary.sorts import coerce
from connector.ports.entities import AssetStatement, DataClass, Marking
from connector.views.assets import AssetOrder
from connector.views.sightings import Sighting

TEXT, POLICY = 10_000, 100_000
LONGEST_ID = 1500
# The default policy: every participant may use the data.
OPEN_POLICY = msgspec.json.encode({"@type": "Offer", "@id": "urn:uuid:open", "permission": [{"action": "use"}]})


class DraftTerms(msgspec.Struct, frozen=True):
    """The policies of a draft as they are stored: what is offered, who sees it, and the most that is agreed."""

    policy: bytes
    access: bytes | None
    reservation: bytes | None


def encode_terms(publisher: Publisher, draft: AssetOrder) -> DraftTerms:
    """Return the policies of a draft with an identifier. Raises Invalid, also if they are about something else."""
    operands = publisher.evaluator.library.operands
    frame = Frame(target=draft.id or "", assigner=publisher.context.participant)
    return DraftTerms(
        policy=encode_policy(draft.policy, operands, frame) if draft.policy else OPEN_POLICY,
        access=encode_own(draft.access, "urn:uuid:access") if draft.access is not None else None,
        reservation=encode_policy(draft.reservation, operands, frame) if draft.reservation else None,
    )


async def try_draft(publisher: Publisher, draft: AssetOrder) -> tuple[AssetOrder, Sighting | None]:
    """Return a draft as it is stored, with what its source shows; None if it is not tried. Raises Invalid."""
    draft = check_draft(publisher, draft)
    if draft.unchecked:
        return draft, None
    draft = looking.forget_found(draft)
    seen = await looking.look_at(publisher, draft)
    if seen is None:
        return draft, None
    offer = documents.make_catalog_offer(encode_terms(publisher, draft).policy, offer_id="urn:uuid:draft")
    compiled = publisher.evaluator.library.compile(offer)
    numeric = looking.list_numeric(compiled, draft) if isinstance(compiled, Compiled) else ()
    draft = msgspec.structs.replace(draft, records=looking.complete_records(draft, seen, numeric))
    if isinstance(compiled, Compiled) and seen.files is None:
        looking.check_seen(compiled, draft, draft.records, seen)
        records = looking.list_seen_fields(draft.records, seen, draft)
        data = known_data.describe(draft, records, {})
        unfit = acceptance.find_unenforceable(publisher.evaluator.library, offer, data)
        if unfit:
            raise Invalid("not-offerable", unfit.texts["en"], unfit.texts)
    return draft, seen


def check_texts(draft: AssetOrder) -> None:
    """Check that a draft has a title, and that its texts are not too long. Raises Invalid."""
    texts = [*draft.title.values(), *draft.description.values(), *draft.keywords, *draft.themes]
    if not draft.title or not all(text.strip() for text in draft.title.values()):
        raise Invalid("title", "The title is missing: give a title in at least one language.")
    if any(len(text) > TEXT for text in texts) or len(draft.keywords) > WORDS or len(draft.themes) > WORDS:
        raise Invalid(
            "too-long", f"A text is too long: use at most {TEXT} characters for each, and {WORDS} keywords and themes."
        )


def check_draft(publisher: Publisher, draft: AssetOrder) -> AssetOrder:
    """Return a draft as it is stored, with its identifier. Raises Invalid."""
    check_texts(draft)
    if draft.id is not None and not _can_be_addressed(draft.id):
        raise Invalid(
            "id",
            "The identifier of the asset cannot be part of an address: use 1 to 1000 characters without spaces at its "
            f"ends and control characters (at most {LONGEST_ID} bytes as part of a URL), and not `.` or `..`.",
        )
    draft = describing.settle_description(draft)
    stated = resolve_stated(publisher.evaluator, draft)
    draft = msgspec.structs.replace(draft, id=draft.id or publisher.context.new_id(), stated=stated)
    terms = encode_terms(publisher, draft)
    access = terms.access or OPEN_POLICY
    if len(terms.policy) > POLICY or len(access) > POLICY:
        raise Invalid("policy", f"The policy is too long: use at most {POLICY} bytes.")
    checked = documents.make_catalog_offer(terms.policy, offer_id="urn:uuid:draft")
    described = (
        asset_records.check_records(publisher.evaluator.library.operands, draft.records, draft.media_type)
        if draft.records
        else None
    )
    data = known_data.describe(draft, described, draft.source)
    unfit = acceptance.find_unpublishable(
        publisher.evaluator.library, checked, instants.instant(publisher.context.now()), data
    )
    unfit = unfit or acceptance.find_unenforceable(publisher.evaluator.library, access, known_data.NONE)
    if unfit:
        raise Invalid("not-offerable", unfit.texts["en"], unfit.texts)
    problem = publisher.supports(draft.source, None)
    if problem:
        raise Invalid("not-offerable", problem)
    if terms.reservation is not None:
        _check_reservation(publisher.evaluator, terms.reservation, checked, data)
    return msgspec.structs.replace(draft, records=described)


def _can_be_addressed(id: str) -> bool:
    """Return whether an identifier can be the last part of a URL, as peers write it."""
    try:
        length = len(quote(id, safe=""))
    except UnicodeEncodeError:
        return False
    return 0 < length <= LONGEST_ID and id == id.strip() and id.isprintable() and id not in {".", ".."}


def resolve_stated(evaluator: Evaluator, draft: AssetOrder) -> AssetStatement:
    """Return the statements about the data with each legal basis as its IRI. Raises Invalid."""
    stated = draft.stated
    operand = evaluator.library.operands.operands[DK + "legalBasis"]
    known = evaluator.library.operands.taxonomies[operand.taxonomy].terms
    bases: list[str] = []
    for text in stated.legal_basis:
        value = coerce(Text(text), operand, evaluator.library.operands)
        if not isinstance(value, Iri) or value.iri not in known:
            raise Invalid(
                "legal-basis", f"Unknown legal basis {text[:100]}: use one of the vocabulary, such as eu-gdpr:A6-1-e."
            )
        bases.append(value.iri)
    if GDPR + "A6-1-f" in bases and acceptance.is_public_body(evaluator):
        raise Invalid(
            "legal-basis", "Legitimate interest (A6-1-f) is not a legal basis for authorities: state another one."
        )
    if stated.marking is not Marking.NONE and draft.data_class is not DataClass.PERSONAL:
        raise Invalid("marking", "Data about persons has the class personal: change the class, or remove the marking.")
    dots = parse_number(stated.resolution) if stated.resolution is not None else None
    if stated.resolution is not None and (dots is None or dots <= 0):
        raise Invalid("resolution", "The resolution is not a number of dots per inch above zero: write it as 300.")
    texts = [*stated.languages, *stated.legal_basis, stated.release or ""]
    if len(texts) > WORDS or any(len(text) > WORDS for text in texts):
        raise Invalid(
            "too-long",
            f"The statements about the data are too long: use at most {WORDS} entries of {WORDS} characters.",
        )
    return msgspec.structs.replace(stated, legal_basis=tuple(dict.fromkeys(bases)))


def _check_reservation(evaluator: Evaluator, reservation: bytes, offer: bytes, data: known_data.KnownData) -> None:
    """Check that a reservation policy can be offered, and that it contains the offer. Raises Invalid."""
    if len(reservation) > POLICY:
        raise Invalid("policy", f"The reservation policy is too long: use at most {POLICY} bytes.")
    most = documents.make_catalog_offer(reservation, offer_id="urn:uuid:reservation")
    unfit = acceptance.find_unpublishable(evaluator.library, most, instants.instant(evaluator.context.now()), data)
    if unfit:
        raise Invalid("reservation", f"The reservation policy cannot be used. {unfit.texts['en']}")
    wide, narrow = evaluator.library.compile(most), evaluator.library.compile(offer)
    assert isinstance(wide, Compiled)
    assert isinstance(narrow, Compiled)
    found = contains(wide, narrow)
    if found.verdict is not Containment.CONTAINED:
        reason = "The reservation policy does not provably contain the offer"
        operands = ", ".join(dict.fromkeys(name for finding in found.reasons for name in finding.operands))
        raise Invalid("reservation", f"{reason}{f' ({operands})' if operands else ''}: widen it.")
