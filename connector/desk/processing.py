"""The record of processing activities as people read it: each line in words, and all lines as a table."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from typing import TextIO

from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.treating.known_data import PURPOSE
from connector.controlplane.usecases.privacy.late_duties import LateDuty
from connector.controlplane.usecases.privacy.processing import ProcessingActivity
from connector.language.catalogue import Language, say, write_in_all
from connector.policy.model.policy import DK
from connector.policy.words.names import name_value
from connector.views.conversion import in_zone, moment
from connector.views.descriptions import Contact
from connector.views.privacy import LateDutyView, ProcessingView
from connector.views.sheet import defuse

_BASIS = DK + "legalBasis"
COLUMNS = (
    "title", "dataset", "status", "class", "marking", "controller", "contact", "purposes", "legal-basis", "categories",
    "recipient", "agreed", "ends", "deletion", "delete-by", "safeguards",
)  # fmt: skip


def view_activity(evaluator: Evaluator, contact: Contact | None, activity: ProcessingActivity) -> ProcessingView:
    """Return a line of the record with its words; `contact` is that of offers that state none."""
    asset, terms, summary = activity.asset, activity.terms, activity.agreement
    given = asset.contact or contact or Contact()
    own = evaluator.context.participant
    return ProcessingView(
        dataset=asset.id,
        title=asset.title,
        status=asset.status,
        data_class=asset.data_class,
        marking=asset.stated.marking,
        categories=asset.records.fields if asset.records else (),
        controller=(asset.publisher.name if asset.publisher else "") or evaluator.context.find_name(own) or own,
        contact=given.email or given.name or given.url,
        legal_basis=asset.stated.legal_basis,
        legal_basis_in_words=_name(evaluator, _BASIS, asset.stated.legal_basis),
        purposes=terms.purposes,
        purposes_in_words=_name(evaluator, PURPOSE, terms.purposes),
        deletion_in_words=write_in_all(lambda language: "; ".join(terms.deletion.get(language, ()))),
        delete_by=terms.delete_by,
        safeguards_in_words=write_in_all(lambda language: "; ".join(terms.safeguards.get(language, ()))),
        agreement=summary.agreement.key if summary else None,
        recipient=summary.agreement.counterparty if summary else "",
        recipient_name=summary.counterparty_name if summary else "",
        agreed_at=moment(summary.agreement.agreed_at) if summary else None,
        ends_at=summary.expires_at if summary else None,
        state=summary.state if summary else None,
    )


def view_late_duty(late: LateDuty) -> LateDutyView:
    """Return the view of a duty that is late."""
    agreement = late.agreement.agreement
    return LateDutyView(
        agreement=agreement.key,
        duty=late.duty.duty,
        action=late.duty.action,
        role=agreement.role,
        counterparty=agreement.counterparty,
        counterparty_name=late.agreement.counterparty_name,
        dataset=agreement.dataset,
        title=late.agreement.title,
        since=moment(late.since),
        here=late.here,
        state=late.duty.state,  # type: ignore[arg-type]  # a state of a task, which is one of these words
    )


def _name(evaluator: Evaluator, operand: str, iris: Sequence[str]) -> dict[str, str]:
    """Return the names of terms of an operand by language, with commas."""
    operands = evaluator.library.operands
    known = operands.operands[operand]
    return write_in_all(lambda language: ", ".join(name_value(iri, known, operands, language) for iri in iris))


def write_sheet(
    out: TextIO,
    lines: Iterable[ProcessingView],
    language: Language,
    zone: tzinfo,
    *,
    plain: bool = False,
    head: bool = True,
) -> None:
    """Write lines of the record as CSV, after the names of the columns (`head`).

    The form is that which a spreadsheet of the language opens: its delimiter, its words, and the mark of UTF-8. `plain`
    is the form for programs (RFC 4180), whose days are those of the zone too.
    """
    table = csv.writer(out, delimiter="," if plain else say(language, "cli.sheet-delimiter"))
    if head:
        out.write("" if plain else "\ufeff")
        table.writerow(COLUMNS if plain else [say(language, f"privacy.column-{name}") for name in COLUMNS])
    for line in lines:
        table.writerow([defuse(cell(line, language, zone)) for cell in _CELLS])


def _write_day(name: str) -> Callable[[ProcessingView, Language, tzinfo], str]:
    def write(line: ProcessingView, _language: Language, zone: tzinfo) -> str:
        at = getattr(line, name)
        return in_zone(at, zone).date().isoformat() if at else ""

    return write


def _write_text(name: str) -> Callable[[ProcessingView, Language, tzinfo], str]:
    def write(line: ProcessingView, language: Language, _zone: tzinfo) -> str:
        texts: dict[str, str] = getattr(line, name)
        return texts.get(language) or next(iter(texts.values()), "")

    return write


_CELLS: tuple[Callable[[ProcessingView, Language, tzinfo], str], ...] = (
    _write_text("title"),
    lambda line, _language, _zone: line.dataset,
    lambda line, language, _zone: say(language, f"pages.offer-{line.status}"),
    lambda line, language, _zone: say(language, f"pages.class-{line.data_class}"),
    lambda line, language, _zone: say(language, f"privacy.marking-{line.marking}"),
    lambda line, _language, _zone: line.controller,
    lambda line, _language, _zone: line.contact,
    _write_text("purposes_in_words"),
    _write_text("legal_basis_in_words"),
    lambda line, _language, _zone: ", ".join(line.categories),
    lambda line, _language, _zone: line.recipient_name or line.recipient,
    _write_day("agreed_at"),
    _write_day("ends_at"),
    _write_text("deletion_in_words"),
    _write_day("delete_by"),
    _write_text("safeguards_in_words"),
)
