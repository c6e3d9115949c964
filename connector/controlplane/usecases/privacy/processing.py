"""The record of processing activities (GDPR Art. 30): each offer of personal data, with each agreement about it.

A line is an offer that was published, together with one agreement; an offer without an agreement has one line. What the
terms say of purposes, deletion and safeguards is that of the agreement, else of the offer.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec

from connector.controlplane.core import instants
from connector.controlplane.core.documents import make_catalog_offer
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.library import Library, evaluate
from connector.controlplane.usecases import agreements
from connector.controlplane.usecases.agreements import AgreementSummary
from connector.language.catalogue import LANGUAGES, Language
from connector.policy.compiling.compiled import Compiled, CompiledDuty, find_deadline, list_duties, walk_duties
from connector.policy.model.policy import ODRL
from connector.policy.reading.purposes import read_purposes
from connector.policy.words.rule import make_wording, write_duty
from connector.ports.entities import Agreement, Asset, PageBounds

DELETE = ODRL + "delete"


class ProcessingTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What terms say of a processing: purposes (IRIs), when data is deleted, and what is done to it before it leaves.

    `deletion` and `safeguards` are phrases by language, `delete_by` is the first known deadline of a deletion.
    """

    purposes: tuple[str, ...] = ()
    deletion: dict[str, tuple[str, ...]] = {}
    safeguards: dict[str, tuple[str, ...]] = {}
    delete_by: datetime | None = None


class ProcessingActivity(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the record: an offer, one agreement about it, if there is one, and what its terms say."""

    asset: Asset
    terms: ProcessingTerms
    agreement: AgreementSummary | None = None


async def list_activities(evaluator: Evaluator, page: PageBounds) -> tuple[Sequence[ProcessingActivity], str | None]:
    """List the lines of the record, the newest offer and its newest agreement first, and the next cursor.

    Raises ValueError for an unknown cursor.
    """
    context = evaluator.context
    found, following = await context.store.personal_lines(context.owner, page)
    return await _describe(evaluator, found), following


async def _describe(evaluator: Evaluator, found: Sequence[tuple[Asset, Agreement | None]]) -> list[ProcessingActivity]:
    agreed = [agreement for _, agreement in found if agreement]
    summaries = {one.agreement.key: one for one in await agreements.describe(evaluator, agreed)}
    documents = [_frame(asset, agreement) for asset, agreement in found]
    read = partial(_read_all, evaluator.library, documents, [one.agreed_at if one else None for _, one in found])
    terms = await evaluate(read, *documents)
    return [
        ProcessingActivity(asset=asset, terms=said, agreement=summaries[agreement.key] if agreement else None)
        for (asset, agreement), said in zip(found, terms, strict=True)
    ]


def _frame(asset: Asset, agreement: Agreement | None) -> bytes:
    return agreement.document if agreement else make_catalog_offer(asset.policy, offer_id=asset.offer_id)


def _read_all(library: Library, documents: Sequence[bytes], agreed: Sequence[int | None]) -> list[ProcessingTerms]:
    return [read_terms(library, document, at) for document, at in zip(documents, agreed, strict=True)]


def read_terms(library: Library, document: bytes, agreed_at: int | None = None) -> ProcessingTerms:
    """Return what a policy says of a processing; nothing if it cannot be read. `agreed_at` is in ms."""
    compiled = library.compile_readable(document)
    if not isinstance(compiled, Compiled):
        return ProcessingTerms()
    deletions = [duty for duty in list_duties(compiled) if duty.duty.action and duty.duty.action[0].iri == DELETE]
    transforms = [duty for duty in walk_duties(compiled) if duty.transform]
    at = instants.instant(agreed_at) if agreed_at is not None else None
    deadlines = [deadline for duty in deletions if (deadline := find_deadline(duty, at)) is not None]
    return ProcessingTerms(
        purposes=read_purposes(document),
        deletion={language: _write(compiled, deletions, language) for language in LANGUAGES},
        safeguards={language: _write(compiled, transforms, language) for language in LANGUAGES},
        delete_by=min(deadlines, default=None),
    )


def _write(compiled: Compiled, duties: Sequence[CompiledDuty], language: Language) -> tuple[str, ...]:
    wording = make_wording(compiled, language)
    return tuple(dict.fromkeys(write_duty(duty, wording) for duty in duties))
